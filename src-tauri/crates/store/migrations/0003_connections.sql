-- Connections: a user's accounts at systems, each in an environment. Their secrets are not here.

CREATE TABLE connections (
  id           TEXT NOT NULL,
  environment  TEXT NOT NULL,
  -- How it is written down, as JSON.
  spec         TEXT NOT NULL,
  updated_at   INTEGER NOT NULL,
  -- What the last test brought, masked, as JSON, and since when tests fail.
  tested       TEXT,
  tested_at    INTEGER,
  broken_since INTEGER,
  PRIMARY KEY (id, environment)
) STRICT, WITHOUT ROWID;
