-- The network log: one row for each hop of each call, masked; the last ones are kept.

CREATE TABLE network (
  seq        INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  method     TEXT NOT NULL,
  url        TEXT NOT NULL,
  host       TEXT NOT NULL,
  status     INTEGER,
  bytes_out  INTEGER NOT NULL,
  bytes_in   INTEGER NOT NULL,
  took_ms    INTEGER NOT NULL,
  -- Where the answer came from: system, cassette, mock, dry_run, fault.
  source     TEXT NOT NULL,
  -- Whether it left the machine, or tried to.
  has_left   INTEGER NOT NULL,
  -- Who made it; absent for what Gantry does by itself.
  flow       TEXT,
  run        TEXT,
  node       TEXT,
  connection TEXT,
  error      TEXT
) STRICT;

CREATE INDEX network_host ON network (host, seq);
