"""The audit: entries that the database numbers, dates and chains by itself, and lets nobody change or remove (T-4)."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

CHAIN = """
CREATE FUNCTION audit_netstring(value text) RETURNS bytea IMMUTABLE LANGUAGE sql
    RETURN convert_to(octet_length(convert_to(value, 'UTF8'))::text || ':' || value, 'UTF8');

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    -- one at a time in each chain, until the writer's transaction ends
    PERFORM pg_advisory_xact_lock(1096107092, (COALESCE(NEW.district_id, 0) % 2147483647)::int);
    SELECT number, digest INTO last FROM audit_entry
        WHERE district_id IS NOT DISTINCT FROM NEW.district_id ORDER BY number DESC LIMIT 1;
    NEW.number := COALESCE(last.number, 0) + 1;
    NEW.previous := COALESCE(last.digest, repeat('0', 64));
    NEW.at := clock_timestamp();
    NEW.digest := encode(sha256(
        audit_netstring(NEW.previous)
        || audit_netstring(COALESCE(NEW.district_id, 0)::text)
        || audit_netstring(NEW.number::text)
        || audit_netstring((extract(epoch FROM NEW.at) * 1000000)::bigint::text)
        || audit_netstring(NEW.actor)
        || audit_netstring(NEW.deed)
        || audit_netstring(NEW.subject)
        || audit_netstring(COALESCE(NEW.subject_id, 0)::text)
        || audit_netstring(NEW.detail)
    ), 'hex');
    RETURN NEW;
END $$;

CREATE FUNCTION audit_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_frozen();
CREATE TRIGGER audit_no_emptying BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_frozen();

-- What a person did in one go is written down by whoever does it: no service can forget it. When the transaction ends, since
-- the chain is locked from then on, and the numbers are known by then.
CREATE FUNCTION audit_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_entry (district_id, actor, deed, subject, subject_id, detail)
    SELECT a.district_id,
        COALESCE('account:' || (SELECT id FROM auth_user WHERE username = a.by),
                 CASE WHEN position('@' IN a.by) > 0 THEN 'account:?' ELSE a.by END),
        CASE split_part(a.kind, '_', 1)
            WHEN 'archive' THEN 'archive' WHEN 'restore' THEN 'restore' WHEN 'merge' THEN 'merge'
            WHEN 'unmerge' THEN 'merge undone' WHEN 'undo' THEN 'undo' ELSE 'directory changed by hand' END,
        'act', a.id, (a.counts || jsonb_build_object('kind', a.kind, 'undoes', a.undoes_id))::text
    FROM act a WHERE a.id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_act AFTER INSERT ON act DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_act();
REVOKE UPDATE, DELETE ON audit_entry FROM PUBLIC, CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_preference"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("deed", models.TextField()),
                ("subject", models.TextField(db_default="", default="")),
                ("subject_id", models.BigIntegerField(null=True)),
                ("detail", models.TextField(db_default="{}", default="{}")),
                ("previous", models.TextField()),
                ("digest", models.TextField()),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="store.district",
                    ),
                ),
            ],
            options={
                "db_table": "audit_entry",
                "indexes": [models.Index(fields=["district", "at"], name="audit_entry_at")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "number"), name="audit_entry_district_number", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(CHAIN, reverse_sql=migrations.RunSQL.noop),
    ]
