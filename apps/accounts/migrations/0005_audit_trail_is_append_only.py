"""The database itself refuses to rewrite the audit trail. Three doors stay open, each as narrow as its use:

- deleting an account empties `actor_id`, and nothing else of the row;
- the retention purge deletes rows in a transaction that says `SET LOCAL ecluse.audit_purge = 'on'`;
- the test suite truncates on connections opened with `ecluse.audit_truncate = on` (see config/settings/test.py).
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION accounts_auditevent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND current_setting('ecluse.audit_purge', true) = 'on' THEN
        RETURN OLD;
    ELSIF TG_OP = 'TRUNCATE' AND current_setting('ecluse.audit_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit trail is append-only: % refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER accounts_auditevent_guard_rows BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_auditevent_guard();
CREATE TRIGGER accounts_auditevent_guard_table BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditevent_guard();
"""

UNGUARD = """
DROP TRIGGER accounts_auditevent_guard_rows ON accounts_auditevent;
DROP TRIGGER accounts_auditevent_guard_table ON accounts_auditevent;
DROP FUNCTION accounts_auditevent_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_event"),
    ]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
    ]
