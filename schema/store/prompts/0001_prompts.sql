-- prompts.db: what can be fetched or rebuilt again.
PRAGMA application_id = 1886547300; -- "prmd", so that one can tell what it is

-- A prompt's row says what it is called; what it says is in its versions.
CREATE TABLE prompt (
	key INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	path TEXT NOT NULL,
	source TEXT NOT NULL,
	-- Another source's prompt of the same path is the one that people see.
	shadowed INTEGER NOT NULL DEFAULT 0 CHECK (shadowed IN (0, 1)),
	-- Keys of versions: what production points to, and the last one published.
	active INTEGER REFERENCES version DEFERRABLE INITIALLY DEFERRED,
	edge INTEGER REFERENCES version DEFERRABLE INITIALLY DEFERRED,
	edge_channel TEXT NOT NULL DEFAULT '',
	-- Of the version that is shown (active, else edge): what lists and searches
	-- say of it, so that they read one row a prompt.
	number INTEGER NOT NULL DEFAULT 0,
	digest TEXT NOT NULL DEFAULT '',
	text_bytes INTEGER NOT NULL DEFAULT 0,
	inputs TEXT NOT NULL DEFAULT '[]',
	title TEXT NOT NULL,
	description TEXT,
	tags TEXT NOT NULL,	-- joined by a newline, in the order given
	aliases TEXT NOT NULL,	-- likewise
	collection TEXT,
	model TEXT,
	extra TEXT,
	origin TEXT,
	format TEXT,
	status TEXT NOT NULL,
	flags INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL,
	checksum INTEGER NOT NULL,	-- of what is told, see store/checksum.h
	UNIQUE (path, source)
) STRICT;
CREATE INDEX prompt_collection ON prompt (collection) WHERE collection IS NOT NULL;

CREATE TABLE version (
	key INTEGER PRIMARY KEY,
	prompt INTEGER NOT NULL REFERENCES prompt ON DELETE CASCADE,
	number INTEGER NOT NULL CHECK (number > 0),
	channel TEXT NOT NULL,	-- it was made for
	digest TEXT NOT NULL CHECK (length(digest) = 64),
	created_ms INTEGER NOT NULL,
	message TEXT,
	text_bytes INTEGER NOT NULL,
	checksum INTEGER NOT NULL,	-- of this row and its text
	inputs TEXT NOT NULL,	-- JSON
	UNIQUE (prompt, number)
) STRICT;
-- Apart from the rest, so that lists and searches do not read past it.
CREATE TABLE body (
	version INTEGER PRIMARY KEY REFERENCES version ON DELETE CASCADE,
	layout TEXT NOT NULL,	-- of text: a letter and a length for each message
	text TEXT NOT NULL	-- the messages, a newline between them
) STRICT;
CREATE TRIGGER version_stays_as_it_is BEFORE UPDATE ON version
BEGIN
	SELECT RAISE(ABORT, 'versions are immutable');
END;
CREATE TRIGGER version_leaves_with_its_prompt BEFORE DELETE ON version
WHEN EXISTS (SELECT 1 FROM prompt WHERE key = OLD.prompt)
BEGIN
	SELECT RAISE(ABORT, 'versions are immutable');
END;

CREATE TRIGGER body_stays_as_it_is BEFORE UPDATE ON body
BEGIN
	SELECT RAISE(ABORT, 'versions are immutable');
END;
CREATE TRIGGER body_leaves_with_its_prompt BEFORE DELETE ON body
WHEN EXISTS (SELECT 1 FROM version WHERE key = OLD.version)
BEGIN
	SELECT RAISE(ABORT, 'versions are immutable');
END;

CREATE TABLE channel (
	prompt INTEGER NOT NULL REFERENCES prompt ON DELETE CASCADE,
	name TEXT NOT NULL,
	version INTEGER NOT NULL REFERENCES version DEFERRABLE INITIALLY DEFERRED,
	PRIMARY KEY (prompt, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
	name TEXT NOT NULL,
	prompt INTEGER NOT NULL REFERENCES prompt ON DELETE CASCADE,
	PRIMARY KEY (name, prompt)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_prompt ON tag (prompt);

CREATE TABLE collection (
	name TEXT PRIMARY KEY,
	description TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- What was removed here by hand and is not to come back by itself.
CREATE TABLE tombstone (
	path TEXT NOT NULL,
	source TEXT NOT NULL,
	removed_ms INTEGER NOT NULL,
	PRIMARY KEY (path, source)
) STRICT, WITHOUT ROWID;
