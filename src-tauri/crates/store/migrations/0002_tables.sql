-- Local tables that flows look things up in, and the list of their edits, as flows have one.

CREATE TABLE tables (
  name     TEXT PRIMARY KEY COLLATE NOCASE,
  -- The columns and the rows, as JSON: [{ name, kind }, ...] and [[cell, ...], ...].
  columns  TEXT NOT NULL,
  rows     TEXT NOT NULL,
  n_rows   INTEGER NOT NULL,
  rev      INTEGER NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;

-- One row an edit, in order; rows with undone = 1 stand at the end and are what redo does again.
CREATE TABLE table_edits (
  name    TEXT NOT NULL COLLATE NOCASE,
  n       INTEGER NOT NULL,
  label   TEXT NOT NULL,
  edit    TEXT NOT NULL,
  inverse TEXT NOT NULL,
  undone  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (name, n)
) STRICT;
