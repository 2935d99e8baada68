-- What prompts are found by, on PostgreSQL; 0004 says what the columns are. The words
-- come folded from hub/words.c and need no parser and no dictionary of the server's.
--
-- No row security here: it keeps an index over @@ from being used (the operator is not
-- leakproof). What is found is shown from `prompt`, which stands behind it.

CREATE TABLE search (
	n BIGINT GENERATED ALWAYS AS IDENTITY,
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	name TEXT NOT NULL,
	leaf TEXT NOT NULL,
	title TSVECTOR NOT NULL,
	head TSVECTOR NOT NULL,
	text TSVECTOR NOT NULL,
	PRIMARY KEY (tenant, prompt_id),
	UNIQUE (tenant, n)
);
CREATE INDEX search_name ON search (tenant, name);
CREATE INDEX search_leaf ON search (tenant, leaf);
-- Without a list of what is still to be put in its place, which every search would read.
CREATE INDEX search_title ON search USING gin (title) WITH (fastupdate = off);
CREATE INDEX search_head ON search USING gin (head) WITH (fastupdate = off);
CREATE INDEX search_text ON search USING gin (text) WITH (fastupdate = off);
