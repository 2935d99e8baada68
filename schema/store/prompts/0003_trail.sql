-- What the index of the personal library remembers of its repository and of its
-- folder, so that neither is read from the beginning each time. See store/trail.h.

-- One row for each text that a commit gave a prompt, in the order of their numbers.
CREATE TABLE trail (
	seq INTEGER PRIMARY KEY,
	line INTEGER NOT NULL,	-- a file through all its names
	name TEXT NOT NULL,	-- which of its prompts; '': it holds one
	number INTEGER NOT NULL,
	digest TEXT NOT NULL,	-- '': there was no prompt to be read
	file TEXT NOT NULL,
	blob TEXT NOT NULL,	-- '': the commit took the file away
	commit_id TEXT NOT NULL
) STRICT;
CREATE INDEX trail_file ON trail (file, seq);
CREATE INDEX trail_line ON trail (line, seq);
CREATE INDEX trail_name ON trail (line, name, seq);

-- Files as they were when they were last read.
CREATE TABLE file (
	path TEXT PRIMARY KEY,
	bytes INTEGER NOT NULL,
	modified_ns INTEGER NOT NULL,
	changed_ns INTEGER NOT NULL,
	inode INTEGER NOT NULL,
	read_ns INTEGER NOT NULL,
	blob TEXT NOT NULL,	-- what git would call these bytes
	note TEXT NOT NULL	-- why it could not be read; '': it could
) STRICT, WITHOUT ROWID;

-- What the two tables above belong to: one row.
CREATE TABLE trail_mark (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	folder TEXT NOT NULL,
	history TEXT NOT NULL
) STRICT;

-- The ids of prompts whose files are gone for now: a checkout may bring them back.
CREATE TABLE kept_id (
	path TEXT NOT NULL,
	source TEXT NOT NULL,
	id TEXT NOT NULL,
	PRIMARY KEY (path, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX prompt_origin ON prompt (origin) WHERE source = 'personal';

-- The versions of a personal prompt are its repository's, and numbered there; what is
-- here is a copy, and goes when the repository says otherwise.
DROP TRIGGER version_leaves_with_its_prompt;
CREATE TRIGGER version_leaves_with_its_prompt BEFORE DELETE ON version
WHEN EXISTS (SELECT 1 FROM prompt WHERE key = OLD.prompt AND source <> 'personal')
BEGIN
	SELECT RAISE(ABORT, 'versions are immutable');
END;
