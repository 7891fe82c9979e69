"""Between DATABASE_URL, Django's settings and libpq."""

from __future__ import annotations

from typing import Any

import pytest

from rollbook.core.errors import ConfigError
from rollbook.store.address import settings_from_url, url_from_settings

# URL, NAME, USER, PASSWORD, HOST, PORT, OPTIONS
READ: list[tuple[str, str, str, str, str, str, dict[str, Any]]] = [
    ("postgresql://ann:s3@db.example:6432/roll", "roll", "ann", "s3", "db.example", "6432", {}),
    ("postgres://ann@db.example/roll", "roll", "ann", "", "db.example", "", {}),
    ("postgresql:///roll?host=/run/postgresql", "roll", "", "", "/run/postgresql", "", {}),
    ("postgresql://ann@/roll?host=/a%20b&port=5433", "roll", "ann", "", "/a b", "5433", {}),
    ("postgresql://a%40b:p%2Fw%3A@h/roll", "roll", "a@b", "p/w:", "h", "", {}),
    ("postgresql://a@[::1]:5432/roll", "roll", "a", "", "::1", "5432", {}),
    ("postgresql://a@h/roll?sslmode=verify-full", "roll", "a", "", "h", "", {"sslmode": "verify-full"}),
]


@pytest.mark.parametrize(("url", "name", "user", "password", "host", "port", "options"), READ)
def test_a_url_becomes_settings(
    url: str, name: str, user: str, password: str, host: str, port: str, options: dict[str, Any]
) -> None:
    assert settings_from_url(url) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
    }


@pytest.mark.parametrize("url", [row[0] for row in READ])
def test_settings_become_a_url_that_says_the_same(url: str) -> None:
    settings = settings_from_url(url)
    assert settings_from_url(url_from_settings(settings)) == settings


def test_a_url_for_the_screen_has_no_password() -> None:
    settings = settings_from_url("postgresql://ann:s3cret@h/roll")
    assert url_from_settings(settings, with_password=False) == "postgresql://ann@h/roll"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://ann:s3cret@h/roll", "does not name a PostgreSQL"),
        ("sqlite:///s3cret.db", "does not name a PostgreSQL"),
        ("s3cret", "does not name a PostgreSQL"),
        ("postgresql://ann:s3cret@h", "no database name"),
        ("postgresql://ann:s3cret@h:abc/roll", "port"),
    ],
)
def test_a_url_of_no_use_is_refused_without_repeating_it(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        settings_from_url(url)
    assert "s3cret" not in caught.value.message + caught.value.hint + str(caught.value.detail)
