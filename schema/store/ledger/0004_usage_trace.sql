-- What a request carried beside its trace ids (W3C Trace Context and Baggage): a row
-- only for a use that had any, gone with it. It never leaves this file.
CREATE TABLE usage_trace (
	event_id TEXT PRIMARY KEY,
	tracestate TEXT,
	baggage TEXT,
	checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
