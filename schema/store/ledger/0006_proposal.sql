-- Drafts that somebody wants the hub to have, until it has them. The id is also what the
-- hub knows the request by, so that asking twice makes one. Settled ones stay for a while
-- to be looked at; those that the hub has without their text.
CREATE TABLE proposal (
	id TEXT PRIMARY KEY,
	made_ms INTEGER NOT NULL,
	state TEXT NOT NULL,              -- waiting, sent, refused
	path TEXT NOT NULL,
	of_id TEXT,                       -- the hub's prompt that it changes; NULL: a new one
	body TEXT NOT NULL,               -- JSON as the hub takes it
	hub_id TEXT,                      -- once the hub has it
	hub_version INTEGER NOT NULL DEFAULT 0,
	told TEXT NOT NULL DEFAULT ''     -- what the hub said to it
) STRICT, WITHOUT ROWID;
