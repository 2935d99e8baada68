-- What a person marked, to be offered first; known by the prompt's id, so that it stays
-- marked under another name.
CREATE TABLE favourite (
	prompt_id TEXT PRIMARY KEY,
	since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
