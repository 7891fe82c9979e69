"""The suite brings its own PostgreSQL: the embedded server in a temporary ROLLBOOK_HOME, or DATABASE_URL when set.

The first test that needs a database starts the server; parallel workers share it, each with a test database of its own;
it is stopped and removed at the end. Tests of the core need none and start none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from pytest_django import DjangoDbBlocker
from tests.support import leaks

from rollbook.store import server

os.environ["DJANGO_SETTINGS_MODULE"] = "rollbook.config.settings"

# Few examples by default, so that `make test` stays quick; HYPOTHESIS_PROFILE=long for a night's run.
hypothesis.settings.register_profile("default", deadline=None, max_examples=30, print_blob=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

OWNED_HOME = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """ROLLBOOK_HOME is a directory of this session before Django's settings are read; workers inherit it. All that is
    logged is listened to."""
    if not config.pluginmanager.is_registered(leaks):
        config.pluginmanager.register(leaks, "leaks")
    if not hasattr(config, "workerinput"):
        home = Path(tempfile.mkdtemp(prefix="rollbook-tests-"))
        home.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to pass
        config.stash[OWNED_HOME] = home
        os.environ["ROLLBOOK_HOME"] = str(home)
    from django.conf import settings

    settings.DATABASES  # noqa: B018  # read now: pytest-django sets Django up for settings that are configured


def pytest_unconfigure(config: pytest.Config) -> None:
    """The session's server is stopped and its home is gone."""
    home = config.stash.get(OWNED_HOME, None)
    if home is not None:
        server.stop(home)
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Between tests the tables are emptied, also the audit, which elsewhere nobody may empty."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_no_emptying")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Before the test database is made, the server that will hold it runs."""
    if not os.environ.get("DATABASE_URL"):
        server.start(Path(os.environ["ROLLBOOK_HOME"]))
