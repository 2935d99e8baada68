-- What prompts are found by, on SQLite. The words come folded from hub/words.c, so that
-- both databases find the same; hub/search.c is the one that writes here. No triggers:
-- each would open a savepoint that makes FTS5 write out what it has gathered.

CREATE TABLE search (
	n INTEGER PRIMARY KEY,            -- rises with each new prompt: the newest stand first
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	name TEXT NOT NULL,               -- words of the title
	leaf TEXT NOT NULL,               -- words of the slug's last part
	title TEXT NOT NULL,              -- words of title, slug and aliases
	head TEXT NOT NULL,               -- words of description and tags
	text TEXT NOT NULL,               -- words of what is in production
	UNIQUE (tenant, prompt_id)
);
CREATE INDEX search_name ON search (tenant, name);
CREATE INDEX search_leaf ON search (tenant, leaf);

-- Short beginnings of words are looked up in titles and heads alone: in the texts they
-- would be nearly everywhere.
CREATE VIRTUAL TABLE search_head USING fts5 (title, head, content = 'search',
	content_rowid = 'n', tokenize = 'ascii', prefix = '1 2 3', detail = 'column');
CREATE VIRTUAL TABLE search_text USING fts5 (title, head, text, content = 'search',
	content_rowid = 'n', tokenize = 'ascii', detail = 'none');
