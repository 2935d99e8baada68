-- How it went, as people say it; notes stay in this file.
CREATE TABLE execution (
	key INTEGER PRIMARY KEY,
	prompt_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	executed_ms INTEGER NOT NULL,
	model TEXT,
	rating INTEGER CHECK (rating BETWEEN 1 AND 5),
	success INTEGER CHECK (success IN (0, 1)),
	notes TEXT,
	checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX execution_prompt ON execution (prompt_id);

-- Values given to an input before; they never leave this file.
CREATE TABLE value (
	prompt_id TEXT NOT NULL,
	input TEXT NOT NULL,
	value TEXT NOT NULL,
	used_ms INTEGER NOT NULL,
	PRIMARY KEY (prompt_id, input, value)
) STRICT, WITHOUT ROWID;
