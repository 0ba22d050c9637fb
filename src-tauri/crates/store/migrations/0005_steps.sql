-- What runs leave so that they can go on after their process ended.

-- The run that a run does again, or that called it.
ALTER TABLE runs ADD COLUMN parent TEXT;

-- How each run was started: all that is needed to start it the same way again. Beside the runs, so
-- that their list stays narrow.
CREATE TABLE requests (
  run     TEXT PRIMARY KEY,
  request TEXT NOT NULL,
  -- The start items in binary form; none where the trigger gives its own.
  input   BLOB,
  -- How often it was resumed without anybody asking for it.
  resumed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row a commit of a run: what became of some of its steps, in order.
CREATE TABLE steps (
  n     INTEGER PRIMARY KEY,
  run   TEXT NOT NULL,
  batch BLOB NOT NULL
) STRICT;
CREATE INDEX steps_of_run ON steps (run);

-- What the user decided about steps that nobody knows the outcome of.
CREATE TABLE decisions (
  run      TEXT NOT NULL,
  step     TEXT NOT NULL,
  decision TEXT NOT NULL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

-- Signals that were given to runs and not taken yet.
CREATE TABLE signals (
  n     INTEGER PRIMARY KEY,
  run   TEXT NOT NULL,
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  at    INTEGER NOT NULL
) STRICT;
CREATE INDEX signals_of_run ON signals (run);
