-- The rules of 0002 in PostgreSQL's form, and row security as a second wall: a
-- transaction sees the rows of the tenant that it named, and without one none.

-- SQLite's word for it.
CREATE FUNCTION hub_join(text, text, text) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE WHEN $1 IS NULL THEN $2 ELSE $1 || $3 || $2 END $$;
CREATE AGGREGATE group_concat(text, text) (SFUNC = hub_join, STYPE = text);

CREATE FUNCTION hub_version_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (new.messages, new.inputs, new.parameters, new.digest, new.number, new.prompt_id,
		new.tenant, new.created_by) IS DISTINCT FROM (old.messages, old.inputs,
		old.parameters, old.digest, old.number, old.prompt_id, old.tenant,
		old.created_by) THEN
		RAISE EXCEPTION 'version_immutable';
	END IF;
	IF new.state = old.state THEN
		RETURN new;
	END IF;
	IF NOT ((old.state = 'draft' AND new.state = 'in_review')
		OR (old.state = 'in_review' AND new.state IN ('approved', 'rejected', 'draft'))
		OR (old.state = 'rejected' AND new.state = 'in_review')
		OR (old.state = 'approved' AND new.state = 'deprecated')
		OR (old.state = 'deprecated' AND new.state = 'approved')) THEN
		RAISE EXCEPTION 'invalid_transition';
	END IF;
	IF new.state = 'approved' AND old.state = 'in_review'
		AND (SELECT count(*) FROM approval a WHERE a.tenant = new.tenant
			AND a.prompt_id = new.prompt_id AND a.number = new.number
			AND a.user_id <> new.created_by)
		< (SELECT CASE WHEN t.approval = 'strict' AND p.team_id IS NULL THEN 2 ELSE 1 END
			FROM prompt p JOIN tenant t ON t.id = p.tenant
			WHERE p.tenant = new.tenant AND p.id = new.prompt_id) THEN
		RAISE EXCEPTION 'approvals_missing';
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER version_update BEFORE UPDATE ON version
	FOR EACH ROW EXECUTE FUNCTION hub_version_update();

CREATE FUNCTION hub_version_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.state <> 'draft' OR new.number <> (SELECT coalesce(max(number), 0) + 1
		FROM version WHERE tenant = new.tenant AND prompt_id = new.prompt_id) THEN
		RAISE EXCEPTION 'version_number';
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER version_insert BEFORE INSERT ON version
	FOR EACH ROW EXECUTE FUNCTION hub_version_insert();

CREATE FUNCTION hub_approval_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v version%ROWTYPE;
BEGIN
	SELECT * INTO v FROM version WHERE tenant = new.tenant
		AND prompt_id = new.prompt_id AND number = new.number;
	IF v.created_by = new.user_id THEN
		RAISE EXCEPTION 'own_version';
	END IF;
	IF v.state IS DISTINCT FROM 'in_review' OR v.digest IS DISTINCT FROM new.digest THEN
		RAISE EXCEPTION 'not_in_review';
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER approval_insert BEFORE INSERT ON approval
	FOR EACH ROW EXECUTE FUNCTION hub_approval_insert();

CREATE FUNCTION hub_channel_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.name = 'production' AND NOT EXISTS (SELECT 1 FROM version
		WHERE tenant = new.tenant AND prompt_id = new.prompt_id
		AND number = new.number AND state = 'approved') THEN
		RAISE EXCEPTION 'not_approved';
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER channel_write BEFORE INSERT OR UPDATE ON channel
	FOR EACH ROW EXECUTE FUNCTION hub_channel_write();

CREATE FUNCTION hub_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'audit_immutable';
END $$;
CREATE TRIGGER audit_update BEFORE UPDATE ON audit
	FOR EACH ROW EXECUTE FUNCTION hub_audit_update();

DO $$
DECLARE
	name TEXT;
BEGIN
	FOREACH name IN ARRAY ARRAY['person', 'team', 'member', 'collection', 'prompt',
		'version', 'approval', 'channel', 'transition', 'tag', 'prompt_tag',
		'execution', 'feed', 'feed_audience', 'usage_event', 'usage_count',
		'idempotency', 'audit']
	LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
		EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
		EXECUTE format('CREATE POLICY of_tenant ON %I USING '
			'(tenant = current_setting(''promptd.tenant'', true))', name);
	END LOOP;
END $$;
