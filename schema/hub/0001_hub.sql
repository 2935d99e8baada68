-- The hub's tables, for SQLite and PostgreSQL alike (hub/db.h says how). The tenant
-- stands first in every key. Times are milliseconds since 1970 UTC, flags 0 and 1.
-- Tables above the line have no tenant in their key: they are what leads to one.

CREATE TABLE tenant (
	id TEXT PRIMARY KEY,
	name TEXT NOT NULL,
	seq BIGINT NOT NULL DEFAULT 0,    -- of the last change the feed tells
	epoch TEXT NOT NULL,              -- another one after a restore from a backup
	approval TEXT NOT NULL DEFAULT 'simple' CHECK (approval IN ('simple', 'strict')),
	created_ms BIGINT NOT NULL
);

-- Who says so: e-mail and password. An e-mail address belongs to one tenant.
CREATE TABLE login (
	email TEXT PRIMARY KEY,           -- folded to lower case
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	user_id TEXT NOT NULL,
	password TEXT                     -- argon2id, libsodium's form; NULL: cannot log in by one
);

-- Sessions, API keys, device and refresh tokens: known by the SHA-256 of what is
-- carried, which is random and 256 bits long.
CREATE TABLE credential (
	hash TEXT PRIMARY KEY,
	id TEXT NOT NULL UNIQUE,
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	user_id TEXT NOT NULL,
	kind TEXT NOT NULL CHECK (kind IN ('session', 'key', 'device', 'refresh')),
	name TEXT NOT NULL,
	scopes TEXT NOT NULL,             -- joined by blanks
	family TEXT,                      -- of a refresh token: used twice, all of it goes
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL,
	used_ms BIGINT                    -- of a refresh token
);
CREATE INDEX credential_user ON credential (tenant, user_id, kind);

CREATE TABLE invite (
	hash TEXT PRIMARY KEY,
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	email TEXT,                       -- NULL: whoever holds it
	role TEXT NOT NULL,
	team_id TEXT,
	created_by TEXT,
	created_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL
);

-- RFC 8628: a device shows user_code, a signed-in person approves it.
CREATE TABLE device_login (
	device_hash TEXT PRIMARY KEY,
	user_code TEXT NOT NULL UNIQUE,
	device_name TEXT NOT NULL,
	tenant TEXT REFERENCES tenant (id) ON DELETE CASCADE,
	user_id TEXT,                     -- NULL: nobody has approved it yet
	denied BIGINT NOT NULL DEFAULT 0,
	asked_ms BIGINT NOT NULL,
	expires_ms BIGINT NOT NULL
);

-- ---------------------------------------------------------------------------

CREATE TABLE person (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	email TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL CHECK (role IN ('admin', 'prompt_owner', 'contributor', 'consumer')),
	experimental BIGINT NOT NULL DEFAULT 0,
	active BIGINT NOT NULL DEFAULT 1,
	created_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	UNIQUE (tenant, email)
);

CREATE TABLE team (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	created_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	UNIQUE (tenant, name)
);

CREATE TABLE member (
	tenant TEXT NOT NULL,
	team_id TEXT NOT NULL,
	user_id TEXT NOT NULL,
	PRIMARY KEY (tenant, team_id, user_id),
	FOREIGN KEY (tenant, team_id) REFERENCES team (tenant, id) ON DELETE CASCADE,
	FOREIGN KEY (tenant, user_id) REFERENCES person (tenant, id) ON DELETE CASCADE
);
CREATE INDEX member_user ON member (tenant, user_id);

CREATE TABLE collection (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL DEFAULT '',
	created_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	UNIQUE (tenant, name)
);

CREATE TABLE prompt (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	slug TEXT NOT NULL,               -- the whole path name, "team/area/code-review"
	title TEXT NOT NULL,
	description TEXT NOT NULL DEFAULT '',
	owner_id TEXT NOT NULL,
	team_id TEXT,                     -- NULL: of everybody, which is what "global" means
	collection_id TEXT,
	aliases TEXT NOT NULL DEFAULT '[]',
	is_template BIGINT NOT NULL DEFAULT 0,
	locked BIGINT NOT NULL DEFAULT 0, -- a personal prompt may not take its name
	flags TEXT NOT NULL DEFAULT '',   -- safety flags, joined by blanks
	latest BIGINT NOT NULL DEFAULT 0, -- number of the last version
	revision BIGINT NOT NULL DEFAULT 1, -- of this row: the ETag
	deleted TEXT CHECK (deleted IN ('deleted', 'deprecated', 'purged')),
	created_ms BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, owner_id) REFERENCES person (tenant, id),
	FOREIGN KEY (tenant, team_id) REFERENCES team (tenant, id),
	FOREIGN KEY (tenant, collection_id) REFERENCES collection (tenant, id)
);
-- A deleted prompt's name is free for another one.
CREATE UNIQUE INDEX prompt_slug ON prompt (tenant, slug) WHERE deleted IS NULL;
CREATE INDEX prompt_named ON prompt (tenant, slug);
CREATE INDEX prompt_updated ON prompt (tenant, updated_ms, id);
CREATE INDEX prompt_owner ON prompt (tenant, owner_id);
CREATE INDEX prompt_collection ON prompt (tenant, collection_id);

-- Immutable but for `state`; the rules of the lifecycle stand in 0002 and 0003.
CREATE TABLE version (
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL CHECK (number > 0),
	messages TEXT NOT NULL,           -- JSON, as core/prompt.h has it
	inputs TEXT NOT NULL,
	parameters TEXT NOT NULL DEFAULT '{}',
	digest TEXT NOT NULL,
	size_bytes BIGINT NOT NULL,
	message TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL DEFAULT 'draft'
		CHECK (state IN ('draft', 'in_review', 'approved', 'rejected', 'deprecated')),
	created_by TEXT NOT NULL,
	created_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, prompt_id, number),
	FOREIGN KEY (tenant, prompt_id) REFERENCES prompt (tenant, id) ON DELETE CASCADE
);

CREATE INDEX version_digest ON version (tenant, digest);

CREATE TABLE approval (
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	digest TEXT NOT NULL,             -- of what was looked at
	comment TEXT NOT NULL DEFAULT '',
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, prompt_id, number, user_id),
	FOREIGN KEY (tenant, prompt_id, number)
		REFERENCES version (tenant, prompt_id, number) ON DELETE CASCADE
);

CREATE TABLE channel (
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	name TEXT NOT NULL CHECK (name IN ('production', 'staging', 'experimental')),
	number BIGINT NOT NULL,
	updated_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, prompt_id, name),
	FOREIGN KEY (tenant, prompt_id, number)
		REFERENCES version (tenant, prompt_id, number) ON DELETE CASCADE
);

CREATE TABLE transition (
	tenant TEXT NOT NULL,
	id TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	action TEXT NOT NULL,             -- submit, approve, reject, activate, deprecate, …
	from_state TEXT NOT NULL,
	to_state TEXT NOT NULL,
	user_id TEXT NOT NULL,
	comment TEXT NOT NULL DEFAULT '',
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, prompt_id) REFERENCES prompt (tenant, id) ON DELETE CASCADE
);
CREATE INDEX transition_prompt ON transition (tenant, prompt_id, id);

CREATE TABLE tag (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	id TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL DEFAULT '',
	colour TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (tenant, id),
	UNIQUE (tenant, name)
);

CREATE TABLE prompt_tag (
	tenant TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	tag_id TEXT NOT NULL,
	PRIMARY KEY (tenant, prompt_id, tag_id),
	FOREIGN KEY (tenant, prompt_id) REFERENCES prompt (tenant, id) ON DELETE CASCADE,
	FOREIGN KEY (tenant, tag_id) REFERENCES tag (tenant, id) ON DELETE CASCADE
);
CREATE INDEX prompt_tag_tag ON prompt_tag (tenant, tag_id);

CREATE TABLE execution (
	tenant TEXT NOT NULL,
	id TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	model TEXT NOT NULL DEFAULT '',
	rating BIGINT CHECK (rating BETWEEN 1 AND 5),
	success BIGINT NOT NULL DEFAULT 1 CHECK (success IN (0, 1)),
	notes TEXT NOT NULL DEFAULT '',
	executed_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, prompt_id) REFERENCES prompt (tenant, id) ON DELETE CASCADE
);
CREATE INDEX execution_prompt ON execution (tenant, prompt_id, id);

-- The latest change of each object that agents hold, numbered by tenant.seq.
CREATE TABLE feed (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	object_id TEXT NOT NULL,
	seq BIGINT NOT NULL,
	gone TEXT,                        -- deleted, deprecated, purged; NULL: it is there
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, object_id),
	UNIQUE (tenant, seq)
);

-- Who may hold an object, or may have held it: '' is everybody. Who is not named
-- here never hears of its removal either.
CREATE TABLE feed_audience (
	tenant TEXT NOT NULL,
	object_id TEXT NOT NULL,
	team_id TEXT NOT NULL,
	seq BIGINT NOT NULL,              -- the object's
	PRIMARY KEY (tenant, object_id, team_id),
	FOREIGN KEY (tenant, object_id) REFERENCES feed (tenant, object_id) ON DELETE CASCADE
);
CREATE INDEX feed_audience_seq ON feed_audience (tenant, team_id, seq);

-- Usage as the agents tell it; each event once, whoever sends it how often.
CREATE TABLE usage_event (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	event_id TEXT NOT NULL,
	occurred_ms BIGINT NOT NULL,
	received_ms BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	device_id TEXT NOT NULL,
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	client_type TEXT NOT NULL,
	client_name TEXT NOT NULL DEFAULT '',
	action TEXT NOT NULL,
	outcome TEXT NOT NULL,
	error_code TEXT NOT NULL DEFAULT '',
	latency_ms BIGINT,
	rating BIGINT,
	trace_id TEXT NOT NULL DEFAULT '',
	uses BIGINT NOT NULL DEFAULT 1,   -- more: a day that an agent had to roll up
	PRIMARY KEY (tenant, event_id)
);

-- Counted in the same transaction as the rows above are inserted.
CREATE TABLE usage_count (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	day BIGINT NOT NULL,              -- days since 1970
	prompt_id TEXT NOT NULL,
	number BIGINT NOT NULL,
	user_id TEXT NOT NULL,
	client_type TEXT NOT NULL,
	action TEXT NOT NULL,
	uses BIGINT NOT NULL,
	errors BIGINT NOT NULL,
	PRIMARY KEY (tenant, day, prompt_id, number, user_id, client_type, action)
);
CREATE INDEX usage_count_prompt ON usage_count (tenant, prompt_id, day);

-- What a request with an Idempotency-Key was answered.
CREATE TABLE idempotency (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	user_id TEXT NOT NULL,
	key TEXT NOT NULL,
	digest TEXT NOT NULL,             -- of method, path and body
	status BIGINT NOT NULL,
	answer TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (tenant, user_id, key)
);

-- A hash chain: each row's hash covers the one before.
CREATE TABLE audit (
	tenant TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
	number BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	user_id TEXT NOT NULL,            -- '': nobody signed in
	action TEXT NOT NULL,             -- "user.create", "prompt.purge", "login.failed" …
	object_id TEXT NOT NULL,
	details TEXT NOT NULL,            -- JSON, no secrets
	previous TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (tenant, number)
);
