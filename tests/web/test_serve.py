"""`rollbook serve` and `rollbook user`: as a person at a terminal uses them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from tests.engine.commands import Shell

from rollbook.cli.user import PASSWORD
from rollbook.store.address import url_from_settings

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv(PASSWORD, raising=False)
    return Shell(tmp_path, capsys)


def test_a_served_page_answers_and_the_server_stops_when_asked(transactional_db: None) -> None:
    from django.conf import settings

    port = free_port()
    environment = {**os.environ, "DATABASE_URL": url_from_settings(settings.DATABASES["default"])}
    words = [sys.executable, "-m", "rollbook.cli.main", "serve", "--port", str(port), "--no-worker"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            answer = _get(f"http://127.0.0.1:{port}/sign-in/", server)
            again = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE)
    assert "<h1>Sign in</h1>" in answer
    assert again.returncode == 10
    assert f"Port {port} of 127.0.0.1 cannot be used" in again.stderr


def _get(address: str, server: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, server.stderr.read() if server.stderr else ""
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_an_account_is_added_and_gets_a_link(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.ok("district", "add", "maple", "--name", "Maple Valley")
    made = shell.json("user", "add", "alice@example.org", "--district", "maple")
    assert made == {"user": "alice@example.org", "districts": ["maple"], "role": "district_admin", "operator": False}
    account = User.objects.get()
    assert not account.has_usable_password()
    said = shell.json("user", "link", "alice@example.org")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in/[\w-]{43}/", said["url"])
    monkeypatch.setenv(PASSWORD, "a long sentence of 4 words")
    shell.ok("user", "add", "alice@example.org")
    account.refresh_from_db()
    assert account.check_password("a long sentence of 4 words")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("user", "add", "alice"), 10),
        (("user", "add", "alice@example.org", "--district", "nowhere"), 30),
        (("user", "add", "alice@example.org", "--role", "emperor"), 10),
        (("user", "link", "nobody@example.org"), 30),
    ],
)
def test_what_cannot_be_is_said(shell: Shell, words: tuple[str, ...], code: int) -> None:
    said = shell(*words)
    assert said.code == code
    assert "What to do" in said.err
    assert not User.objects.exists()
