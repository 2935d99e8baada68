-- What search reads. Written by one function (store/index.c), by no trigger.

-- Every way a prompt is called, folded: its title, the last part of its path
-- and its aliases. Says whether somebody typed a whole name.
CREATE TABLE name (
	word TEXT NOT NULL,
	prompt INTEGER NOT NULL REFERENCES prompt ON DELETE CASCADE,
	PRIMARY KEY (word, prompt)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_prompt ON name (prompt);

-- One row a prompt in order of use (store/rank.h): the words by which it is
-- found while one types. `titles` is the index over it.
CREATE TABLE title (
	rank INTEGER PRIMARY KEY,
	prompt INTEGER NOT NULL UNIQUE,
	version INTEGER,	-- whose text `bodies` holds
	text TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE titles USING fts5 (
	text, content = 'title', content_rowid = 'rank',
	tokenize = "unicode61 remove_diacritics 2",
	prefix = '1 2 3 4 5 6', detail = none, columnsize = 0
);
CREATE VIRTUAL TABLE bodies USING fts5 (
	head, text, content = '',
	tokenize = "unicode61 remove_diacritics 2", columnsize = 0
);
-- Ranks whose text `bodies` does not hold yet.
CREATE TABLE unread (rank INTEGER PRIMARY KEY) STRICT;
