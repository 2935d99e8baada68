-- What one is at the hub that a source's prompts come from. It decides what is offered;
-- what is allowed the hub decides by itself.
CREATE TABLE member (
	source TEXT PRIMARY KEY,
	role TEXT NOT NULL
) STRICT, WITHOUT ROWID;
