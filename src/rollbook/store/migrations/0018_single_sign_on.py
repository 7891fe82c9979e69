"""Apps for signing in at a vendor, and whose identities there are whose accounts here."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0017_wish"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SsoApp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.TextField()),
                ("tenant", models.TextField()),
                ("client_id", models.TextField()),
                ("secret", models.JSONField()),
                ("base", models.TextField()),
                ("api", models.TextField()),
                ("claim", models.TextField(db_default="sub", default="sub")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("tested_at", models.DateTimeField(null=True)),
                ("tested_by", models.TextField(db_default="", default="")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sso_apps", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "sso_app",
                "constraints": [models.UniqueConstraint(fields=("district", "provider", "tenant"), name="sso_app_key")],
            },
        ),
        migrations.CreateModel(
            name="SsoIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.TextField()),
                ("tenant", models.TextField()),
                ("subject", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sso_identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sso_identities", to="store.district"
                    ),
                ),
            ],
            options={
                "db_table": "sso_identity",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("district", "provider", "tenant", "subject"), name="sso_identity_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject", ""), _negated=True), name="sso_identity_not_blank"
                    ),
                ],
            },
        ),
    ]
