-- What flows remember, what runs have seen, what they wait for, and what flows that were called gave.

CREATE TABLE states (
  flow  TEXT NOT NULL,
  key   TEXT NOT NULL,
  -- JSON; none once it was reset.
  value TEXT,
  at    INTEGER NOT NULL,
  -- Who set it: the run, the place in it, and the number of the item there; none where a person did.
  run   TEXT,
  place TEXT,
  item  INTEGER,
  PRIMARY KEY (flow, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_history (
  n     INTEGER PRIMARY KEY,
  flow  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value TEXT,
  at    INTEGER NOT NULL,
  run   TEXT
) STRICT;
CREATE INDEX state_history_of_key ON state_history (flow, key, n);

-- One row a key and root: a run, with those that repeat it. A mark counts while its run is under
-- way, and once it has ended well.
CREATE TABLE marks (
  list   TEXT NOT NULL,
  digest BLOB NOT NULL,
  root   TEXT NOT NULL,
  item   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  counts INTEGER NOT NULL,
  PRIMARY KEY (list, digest, root)
) STRICT, WITHOUT ROWID;
CREATE INDEX marks_of_root ON marks (root);
CREATE INDEX marks_until ON marks (until);

-- What runs wait for: approvals by people, signals by systems.
CREATE TABLE inbox (
  id          INTEGER PRIMARY KEY,
  run         TEXT NOT NULL,
  node        TEXT NOT NULL,
  item        TEXT NOT NULL,
  signal      TEXT NOT NULL,
  question    TEXT,
  value       TEXT NOT NULL,
  at          INTEGER NOT NULL,
  due         INTEGER,
  -- Absent while it is open.
  outcome     TEXT,
  note        TEXT NOT NULL DEFAULT '',
  answered_at INTEGER,
  UNIQUE (run, node, item)
) STRICT;
CREATE INDEX inbox_open ON inbox (id) WHERE outcome IS NULL;
CREATE INDEX inbox_of_signal ON inbox (signal) WHERE outcome IS NULL;

-- What flows that were called gave, until the run that called them has it.
CREATE TABLE call_results (
  run     TEXT PRIMARY KEY,
  results BLOB NOT NULL
) STRICT;

-- Versions of flows that calls are bound to, whatever becomes of the runs of them.
CREATE TABLE pins (
  version TEXT PRIMARY KEY,
  flow    TEXT NOT NULL,
  file    TEXT NOT NULL,
  layout  TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
