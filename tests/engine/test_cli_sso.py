"""`rollbook sso`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engine.commands import Shell

from rollbook.services import sso_apps
from rollbook.store.models import SsoApp

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_app_is_added_listed_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(tmp_path, capsys)
    shell.ok("district", "add", "oak", "--name", "Oak")
    secret = tmp_path / "secret"
    secret.write_text("hush-hush\n", encoding="utf-8")
    words = ("sso", "add", "oak", "--provider", "clever", "--client-id", "abc", "--secret-file", str(secret))
    assert shell(*words).code == 10  # no tenant
    made = shell.json(*words, "--tenant", "d1")
    assert made["redirect_address"].endswith(f"/sso/{made['app']}/callback/")
    app = SsoApp.objects.get()
    assert "hush" not in str(app.secret)
    assert sso_apps.opened(app).client_secret == "hush-hush"
    assert "hush" not in repr(sso_apps.opened(app))
    assert shell(*words, "--tenant", "d1").code == 10  # there is one already
    assert [row["tenant"] for row in shell.json("sso", "list", "oak")["apps"]] == ["d1"]
    assert shell("sso", "remove", "oak", str(made["app"] + 1)).code == 30
    shell.ok("sso", "remove", "oak", str(made["app"]))
    assert "No app" in shell.ok("sso", "list", "oak").out
