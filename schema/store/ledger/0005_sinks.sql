-- Where uses go, and how far they are. A row of the outbox has a bit for each place that
-- has it (1 the hub, 2 otlp, 4 langfuse, 8 file), and 128 when its prompt did not come
-- from the hub; those have the hub's bit from the beginning. What is there already is
-- taken for such.
ALTER TABLE usage ADD COLUMN state INTEGER NOT NULL DEFAULT 129;
ALTER TABLE daily ADD COLUMN state INTEGER NOT NULL DEFAULT 129;
CREATE INDEX usage_hub ON usage (event_id) WHERE (state & 1) = 0;

-- What is on its way: the very bytes of a request, which stay the same however often it
-- is sent. Rows that are in here are not in the outbox for that place any more.
CREATE TABLE batch (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	sink INTEGER NOT NULL,
	key TEXT NOT NULL,
	gzip INTEGER NOT NULL,
	n INTEGER NOT NULL,
	body BLOB NOT NULL,
	checksum INTEGER NOT NULL
) STRICT;

-- What a place will never take, for 30 days on which promptd ran.
CREATE TABLE dead (
	event_id TEXT NOT NULL,
	sink INTEGER NOT NULL,
	code TEXT NOT NULL,
	item TEXT NOT NULL,
	since_ms INTEGER NOT NULL,
	days INTEGER NOT NULL,
	checksum INTEGER NOT NULL,
	PRIMARY KEY (event_id, sink)
) STRICT, WITHOUT ROWID;

-- How each place was reached last, for people.
CREATE TABLE sink (
	sink INTEGER PRIMARY KEY,
	target TEXT NOT NULL,
	ok_ms INTEGER NOT NULL,
	tried_ms INTEGER NOT NULL,
	sent INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	why TEXT NOT NULL
) STRICT;

-- Uses a day, of rows that have left the outbox.
CREATE TABLE use_day (
	prompt_id TEXT NOT NULL,
	day INTEGER NOT NULL,	-- since 1970, UTC
	count INTEGER NOT NULL,
	PRIMARY KEY (prompt_id, day)
) STRICT, WITHOUT ROWID;
