"""ROLLBOOK_HOME and the secrets in it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rollbook.core.errors import ConfigError
from rollbook.store.home import ensure_home, home_directory, secret_from


def test_home_is_var_here_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROLLBOOK_HOME")
    assert home_directory() == tmp_path / "var"
    monkeypatch.setenv("ROLLBOOK_HOME", "elsewhere/../there")
    assert home_directory() == tmp_path / "there"


def test_a_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret"
    first = secret_from(path)
    assert len(first) >= 50
    assert secret_from(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_from(tmp_path / "other") != first


def test_commands_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_from(path), range(32)))) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]


def test_a_home_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be made") as caught:
        ensure_home(tmp_path / "file" / "home")
    assert "ROLLBOOK_HOME" in caught.value.hint
