-- ledger.db: what exists nowhere else.
PRAGMA application_id = 1886547300; -- "prmd", so that one can tell what it is

-- The outbox: one row for each time a prompt was delivered. No column for text,
-- values or search words. The key is time-ordered, so rows are appended.
CREATE TABLE usage (
	event_id TEXT PRIMARY KEY,
	prompt_id TEXT NOT NULL,
	digest TEXT,
	client_type TEXT,
	client_name TEXT,
	client_version TEXT,
	era TEXT,
	surface TEXT,
	action TEXT,
	outcome TEXT,
	error_code TEXT,
	trace_id TEXT,
	span_id TEXT,
	model TEXT,
	occurred_ms INTEGER NOT NULL,
	version INTEGER NOT NULL,
	latency_us INTEGER NOT NULL,
	rating INTEGER NOT NULL CHECK (rating BETWEEN 0 AND 5),
	success INTEGER NOT NULL CHECK (success BETWEEN -1 AND 1),
	checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Past the ceiling the oldest rows become daily counts with ids of their own,
-- which never change either, so that they are sent and acknowledged as rows are.
CREATE TABLE daily (
	event_id TEXT PRIMARY KEY,
	day INTEGER NOT NULL,	-- since 1970, UTC
	prompt_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	client_type TEXT NOT NULL,
	action TEXT NOT NULL,
	outcome TEXT NOT NULL,
	count INTEGER NOT NULL,
	latency_us INTEGER NOT NULL,	-- of all together
	checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often, for the order of search; kept when the outbox is emptied.
CREATE TABLE use (
	prompt_id TEXT PRIMARY KEY,
	count INTEGER NOT NULL,
	last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
	name TEXT PRIMARY KEY,
	value ANY
) STRICT, WITHOUT ROWID;
