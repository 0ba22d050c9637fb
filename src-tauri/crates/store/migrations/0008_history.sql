-- The list of runs by whatever it is filtered: what filters look at, in the order of the list, so
-- that a walk over all runs touches none of them.
CREATE INDEX runs_listed ON runs (id, flow, source, status, started_at);

-- The words of runs that are over: their flow's name, what came of them, their errors, the beginning
-- of what their items hold. Only the index of words is kept, not the texts. Rows are numbered so
-- that they are in the order of the runs.
CREATE VIRTUAL TABLE runs_text USING fts5 (
  run UNINDEXED, flow, source, status, text,
  content = '', contentless_delete = 1, contentless_unindexed = 1,
  tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO runs_text (rowid, run, flow, source, status, text)
SELECT (started_at << 20) | ((row_number() OVER (PARTITION BY started_at ORDER BY id) & 32767) << 5),
       id, flow, source, status, flow_name || ' ' || summary
FROM runs
WHERE status NOT IN ('queued', 'running', 'paused', 'interrupted')
ORDER BY id;
