-- 0007 in PostgreSQL's form.

CREATE TABLE access (
	id TEXT PRIMARY KEY, -- the tenant's
	number BIGINT NOT NULL
);

CREATE FUNCTION hub_access() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	of_tenant TEXT;
BEGIN
	of_tenant := CASE WHEN TG_OP = 'INSERT' THEN new.tenant ELSE old.tenant END;
	INSERT INTO access AS a (id, number) VALUES (of_tenant, 1)
		ON CONFLICT (id) DO UPDATE SET number = a.number + 1;
	RETURN NULL;
END $$;
CREATE TRIGGER access_credential_delete AFTER DELETE ON credential
	FOR EACH ROW WHEN (old.kind <> 'refresh') EXECUTE FUNCTION hub_access();
CREATE TRIGGER access_credential_update
	AFTER UPDATE OF hash, tenant, user_id, kind, scopes, expires_ms ON credential
	FOR EACH ROW EXECUTE FUNCTION hub_access();
CREATE TRIGGER access_person_update AFTER UPDATE OF role, experimental, active ON person
	FOR EACH ROW EXECUTE FUNCTION hub_access();
CREATE TRIGGER access_person_delete AFTER DELETE ON person
	FOR EACH ROW EXECUTE FUNCTION hub_access();
CREATE TRIGGER access_member AFTER INSERT OR DELETE ON member
	FOR EACH ROW EXECUTE FUNCTION hub_access();
