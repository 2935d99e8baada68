-- What a person marked, to be offered first; known by the prompt's id, so that it stays
-- marked under another name.
CREATE TABLE favourite (
	prompt_id TEXT PRIMARY KEY,
	since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- What was used last, without looking at everything that ever was.
CREATE INDEX use_last ON use (last_ms);
