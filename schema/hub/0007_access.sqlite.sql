-- A number for each tenant that goes up with whatever changes who may do or see what:
-- what a process remembers of people and their tokens is good as long as it stays.
-- SQLite's form; what is above the line of 0001 has no row security.

CREATE TABLE access (
	id TEXT PRIMARY KEY, -- the tenant's
	number BIGINT NOT NULL
);

CREATE TRIGGER access_credential_delete AFTER DELETE ON credential
WHEN old.kind <> 'refresh'
BEGIN
	INSERT INTO access (id, number) VALUES (old.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER access_credential_update
AFTER UPDATE OF hash, tenant, user_id, kind, scopes, expires_ms ON credential
BEGIN
	INSERT INTO access (id, number) VALUES (old.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER access_person_update AFTER UPDATE OF role, experimental, active ON person
BEGIN
	INSERT INTO access (id, number) VALUES (old.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER access_person_delete AFTER DELETE ON person
BEGIN
	INSERT INTO access (id, number) VALUES (old.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER access_member_insert AFTER INSERT ON member
BEGIN
	INSERT INTO access (id, number) VALUES (new.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER access_member_delete AFTER DELETE ON member
BEGIN
	INSERT INTO access (id, number) VALUES (old.tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = number + 1;
END;
