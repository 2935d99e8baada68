-- Rules that hold whatever a program does; SQLite's form. The words raised are the
-- error codes of the API.

CREATE TRIGGER version_is_immutable BEFORE UPDATE ON version
WHEN new.messages IS NOT old.messages OR new.inputs IS NOT old.inputs
	OR new.parameters IS NOT old.parameters OR new.digest IS NOT old.digest
	OR new.number IS NOT old.number OR new.prompt_id IS NOT old.prompt_id
	OR new.tenant IS NOT old.tenant OR new.created_by IS NOT old.created_by
BEGIN
	SELECT raise(ABORT, 'version_immutable');
END;

CREATE TRIGGER version_is_next BEFORE INSERT ON version
WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM version
		WHERE tenant = new.tenant AND prompt_id = new.prompt_id)
	OR new.state IS NOT 'draft'
BEGIN
	SELECT raise(ABORT, 'version_number');
END;

CREATE TRIGGER version_state BEFORE UPDATE OF state ON version
WHEN new.state IS NOT old.state AND NOT (
	(old.state = 'draft' AND new.state = 'in_review')
	OR (old.state = 'in_review' AND new.state IN ('approved', 'rejected', 'draft'))
	OR (old.state = 'rejected' AND new.state = 'in_review')
	OR (old.state = 'approved' AND new.state = 'deprecated')
	OR (old.state = 'deprecated' AND new.state = 'approved'))
BEGIN
	SELECT raise(ABORT, 'invalid_transition');
END;

-- Nobody approves their own version, nor one that is not under review, nor other
-- bytes than were looked at.
CREATE TRIGGER approval_is_anothers BEFORE INSERT ON approval
WHEN EXISTS (SELECT 1 FROM version WHERE tenant = new.tenant
	AND prompt_id = new.prompt_id AND number = new.number AND created_by = new.user_id)
BEGIN
	SELECT raise(ABORT, 'own_version');
END;

CREATE TRIGGER approval_is_of_review BEFORE INSERT ON approval
WHEN NOT EXISTS (SELECT 1 FROM version WHERE tenant = new.tenant
	AND prompt_id = new.prompt_id AND number = new.number
	AND state = 'in_review' AND digest = new.digest)
BEGIN
	SELECT raise(ABORT, 'not_in_review');
END;

-- Enough different approvers: one, or two where the tenant is strict and the prompt
-- is everybody's.
CREATE TRIGGER version_has_approvers BEFORE UPDATE OF state ON version
WHEN new.state = 'approved' AND old.state = 'in_review'
	AND (SELECT count(*) FROM approval a WHERE a.tenant = new.tenant
		AND a.prompt_id = new.prompt_id AND a.number = new.number
		AND a.user_id <> new.created_by)
	< (SELECT CASE WHEN t.approval = 'strict' AND p.team_id IS NULL THEN 2 ELSE 1 END
		FROM prompt p JOIN tenant t ON t.id = p.tenant
		WHERE p.tenant = new.tenant AND p.id = new.prompt_id)
BEGIN
	SELECT raise(ABORT, 'approvals_missing');
END;

CREATE TRIGGER channel_insert_is_approved BEFORE INSERT ON channel
WHEN new.name = 'production' AND NOT EXISTS (SELECT 1 FROM version
	WHERE tenant = new.tenant AND prompt_id = new.prompt_id AND number = new.number
	AND state = 'approved')
BEGIN
	SELECT raise(ABORT, 'not_approved');
END;

CREATE TRIGGER channel_update_is_approved BEFORE UPDATE ON channel
WHEN new.name = 'production' AND NOT EXISTS (SELECT 1 FROM version
	WHERE tenant = new.tenant AND prompt_id = new.prompt_id AND number = new.number
	AND state = 'approved')
BEGIN
	SELECT raise(ABORT, 'not_approved');
END;

CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit
BEGIN
	SELECT raise(ABORT, 'audit_immutable');
END;
