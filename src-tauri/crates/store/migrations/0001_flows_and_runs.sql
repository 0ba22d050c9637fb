-- Flows with their edits, runs with what they told, settings.

CREATE TABLE flows (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  file     TEXT NOT NULL,
  layout   TEXT NOT NULL,
  rev      INTEGER NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;

-- One row an edit, in order; rows with undone = 1 stand at the end and are what redo does again.
CREATE TABLE edits (
  flow    TEXT NOT NULL,
  n       INTEGER NOT NULL,
  label   TEXT NOT NULL,
  edit    TEXT NOT NULL,
  inverse TEXT NOT NULL,
  undone  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (flow, n)
) STRICT;

-- The flows as they were run, each once: a run names its snapshot by the hash of its content.
CREATE TABLE snapshots (
  hash   TEXT PRIMARY KEY,
  file   TEXT NOT NULL,
  layout TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  id         TEXT PRIMARY KEY,
  flow       TEXT NOT NULL,
  flow_name  TEXT NOT NULL,
  rev        INTEGER NOT NULL,
  source     TEXT NOT NULL,
  status     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  took_ms    INTEGER,
  items      INTEGER NOT NULL,
  rejected   INTEGER NOT NULL,
  summary    TEXT NOT NULL,
  snapshot   TEXT NOT NULL,
  -- The process that runs it, while it runs.
  owner      TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_of_flow ON runs (flow, id);
-- Nearly all runs are ok; an index of the others finds them without a walk over all.
CREATE INDEX runs_not_ok ON runs (status, id) WHERE status <> 'ok';

-- One row a batch of events, as a JSON list.
CREATE TABLE events (
  run       TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  batch     BLOB NOT NULL,
  PRIMARY KEY (run, first_seq)
) STRICT;

-- Items that were kept of an output port. A row with a node holds a JSON list of that port's items;
-- a row without one holds small lists of several ports: [[node, port, count, items], ...].
CREATE TABLE samples (
  run   TEXT NOT NULL,
  node  TEXT,
  port  TEXT,
  count INTEGER NOT NULL,
  items BLOB NOT NULL
) STRICT;
CREATE INDEX samples_of_run ON samples (run, node);

CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
