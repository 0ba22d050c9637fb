-- Items that failed and wait for somebody to mend them.

CREATE TABLE parked (
  id         INTEGER PRIMARY KEY,
  run        TEXT NOT NULL,
  node       TEXT NOT NULL,
  -- The item's path as steps name it: with run and node it names the item once and for all, so that
  -- a run which is resumed parks nothing twice.
  item       TEXT NOT NULL,
  -- The run that keys of its steps begin with: the one that it failed in first.
  root       TEXT NOT NULL,
  flow       TEXT NOT NULL,
  flow_name  TEXT NOT NULL,
  cause      TEXT NOT NULL,
  class      TEXT NOT NULL,
  message    TEXT NOT NULL,
  advice     TEXT NOT NULL,
  error      TEXT NOT NULL,
  edited     TEXT,
  -- open, retrying, resolved
  state      TEXT NOT NULL DEFAULT 'open',
  note       TEXT NOT NULL DEFAULT '',
  at         INTEGER NOT NULL,
  retried_by TEXT,
  UNIQUE (run, node, item)
) STRICT;
CREATE INDEX parked_by_cause ON parked (cause, state, at);
CREATE INDEX parked_of_flow ON parked (flow, state);
CREATE INDEX parked_retried ON parked (retried_by) WHERE retried_by IS NOT NULL;

-- How the nodes that parked items did besides: how many items went through, and how many did not.
CREATE TABLE parked_nodes (
  run    TEXT NOT NULL,
  node   TEXT NOT NULL,
  fine   INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (run, node)
) STRICT, WITHOUT ROWID;
