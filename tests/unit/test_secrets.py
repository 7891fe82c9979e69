"""Secrets of sources: opened only where they belong, with the key they were sealed with."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from rollbook.core.errors import ConfigError
from rollbook.services.secrets import is_sealed, seal, unseal
from rollbook.store.home import ENVIRONMENT, KEY_ENVIRONMENT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.delenv(KEY_ENVIRONMENT, raising=False)
    return tmp_path


@pytest.mark.parametrize("value", ["", "hunter2", "pässwörd – ✓", "-----BEGIN KEY-----\n" + "A" * 4000])
def test_a_secret_comes_back_and_is_not_to_be_seen(value: str) -> None:
    stored = json.loads(json.dumps(seal(value, connection_id=7, field="password")))
    assert is_sealed(stored)
    assert unseal(stored, connection_id=7, field="password") == value
    if value:
        assert value.encode() not in base64.b64decode(stored["sealed"])


def test_equal_secrets_do_not_look_equal() -> None:
    assert seal("x", connection_id=7, field="password") != seal("x", connection_id=7, field="password")


@pytest.mark.parametrize(("connection_id", "field"), [(8, "password"), (7, "key"), (77, "password")])
def test_a_secret_that_was_moved_does_not_open(connection_id: int, field: str) -> None:
    stored = seal("hunter2", connection_id=7, field="password")
    with pytest.raises(ConfigError) as refused:
        unseal(stored, connection_id=connection_id, field=field)
    assert "hunter2" not in json.dumps(refused.value.as_dict())


@pytest.mark.parametrize("text", ["", "AAAA", "no base64 ✗", base64.b64encode(bytes(40)).decode()])
def test_a_damaged_secret_does_not_open(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be opened"):
        unseal({"sealed": text}, connection_id=7, field="password")


def test_another_key_does_not_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = seal("hunter2", connection_id=7, field="password")
    monkeypatch.setenv(KEY_ENVIRONMENT, base64.b64encode(os.urandom(32)).decode())
    with pytest.raises(ConfigError):
        unseal(stored, connection_id=7, field="password")


@pytest.mark.parametrize("value", ["hunter2", {"sealed": 1}, {"sealed": "x", "more": "y"}, {}, None, ["sealed"]])
def test_other_settings_are_not_taken_for_secrets(value: object) -> None:
    assert not is_sealed(value)
