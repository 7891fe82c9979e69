"""Django's settings, every one from the environment.

| variable | meaning | default |
|---|---|---|
| ROLLBOOK_HOME | embedded server, keys, artifacts | ./var |
| DATABASE_URL | any PostgreSQL ≥ 15; without it the embedded server in ROLLBOOK_HOME is used | – |
| ROLLBOOK_SECRET_KEY | Django's secret | a 0600 file in ROLLBOOK_HOME |
| ROLLBOOK_DEBUG | 1 shows tracebacks | 0 |
| ROLLBOOK_ALLOWED_HOSTS | comma-separated host names | localhost,127.0.0.1,[::1] |

Importing this module starts nothing: `rollbook.cli.boot` starts the embedded server.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rollbook.store import server
from rollbook.store.address import settings_from_url
from rollbook.store.home import SECRET_FILE, home_directory, secret_from

ROLLBOOK_HOME: Path = home_directory()

SECRET_KEY: str = os.environ.get("ROLLBOOK_SECRET_KEY") or secret_from(ROLLBOOK_HOME / SECRET_FILE)
DEBUG: bool = os.environ.get("ROLLBOOK_DEBUG", "0") == "1"
ALLOWED_HOSTS: list[str] = os.environ.get("ROLLBOOK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS: list[str] = ["django.contrib.postgres", "procrastinate.contrib.django", "rollbook.store"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "rollbook.config.urls"
WSGI_APPLICATION = "rollbook.config.wsgi.application"

# True when Rollbook brings its own PostgreSQL; False when DATABASE_URL names one.
DATABASE_IS_EMBEDDED: bool = not os.environ.get("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": settings_from_url(os.environ.get("DATABASE_URL") or server.url(ROLLBOOK_HOME)),
}
# A worker that gives no sign of life for so long has died, and another goes on with its run.
ROLLBOOK_LEASE_SECONDS: float = float(os.environ.get("ROLLBOOK_LEASE_SECONDS", "30"))
# A run that takes longer is stopped.
ROLLBOOK_RUN_HOURS: float = float(os.environ.get("ROLLBOOK_RUN_HOURS", "6"))
# Jobs: the tasks live in one module; a worker imports it, nobody else needs it.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS: list[str] = ["rollbook.jobs.tasks"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = True
