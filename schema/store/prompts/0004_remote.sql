-- What is followed of a hub: how far, and which of its objects are here. All of it can
-- be asked for again, as the prompts themselves can, so it stands beside them and is
-- changed in one transaction with them.

CREATE TABLE remote (
	source TEXT PRIMARY KEY,          -- of its prompts: "hub"
	cursor TEXT NOT NULL DEFAULT '',  -- '': from the beginning
	etag TEXT NOT NULL DEFAULT '',
	round INTEGER NOT NULL DEFAULT 0, -- of full ones: what an older one brought goes
	within INTEGER NOT NULL DEFAULT 0, -- 1: that one has not come to its end yet
	synced_ms INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE remote_object (
	source TEXT NOT NULL,
	id TEXT NOT NULL,
	round INTEGER NOT NULL,
	PRIMARY KEY (source, id)
) WITHOUT ROWID;
