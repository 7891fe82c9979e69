"""Mails over a real socket: taken, refused, kept, tried again; and what doctor says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.db import connections
from tests.engine.commands import Shell
from tests.support.smtp import Box, listening, own_certificate

from rollbook.core.errors import ConfigError, TransientError
from rollbook.mail.render import Mail, render
from rollbook.mail.server import NOWHERE, settings_from_url
from rollbook.services import letters, recipients
from rollbook.store import health
from rollbook.store.models import District, Letter, Recipient

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)
MAIL = Mail(subject="Wörter & more", text="Grüße <b>\n", html="<p>Grüße &lt;b&gt;</p>")


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    with listening(Box()) as found:
        use(settings, f"smtp://127.0.0.1:{found.port}?tls=off")
        yield found


def use(settings: Any, url: str) -> None:
    for name, value in settings_from_url(url).items():
        setattr(settings, name, value)
    settings.DEFAULT_FROM_EMAIL = "rollbook@example.org"


def written(address: str = "ann@example.org") -> Letter:
    district, _ = District.objects.get_or_create(slug="maple", defaults={"name": "Maple"})
    person, _ = Recipient.objects.get_or_create(
        district=district, address=address, defaults={"created_at": NOW, "created_by": "cli:ann"}
    )
    return letters.write(person, MAIL, now=NOW)


def test_a_letter_is_taken_by_the_server_as_text_and_html_and_once(box: Box) -> None:
    letter = written()
    assert letters.deliver(now=NOW) == letters.Delivered(sent=1, failed=0)
    assert letters.deliver(now=NOW + dt.timedelta(days=1)) == letters.Delivered(sent=0, failed=0)
    [mail] = box.mails
    assert (box.recipients, box.senders) == (["ann@example.org"], ["rollbook@example.org"])
    assert mail["Subject"] == MAIL.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in mail.iter_parts()] == [MAIL.text.strip(), MAIL.html]
    letter.refresh_from_db()
    assert (letter.sent_at, letter.tries) == (NOW, 1)


def test_what_one_address_refuses_is_kept_and_the_others_are_sent(box: Box) -> None:
    box.refuse = {"gone@example.org"}
    refused, taken = written("gone@example.org"), written()
    assert letters.deliver(now=NOW) == letters.Delivered(sent=1, failed=1)
    refused.refresh_from_db()
    taken.refresh_from_db()
    assert (refused.sent_at, refused.tries, refused.error) == (None, 1, "SMTPRecipientsRefused")
    assert refused.next_try_at == NOW + dt.timedelta(minutes=5)
    assert taken.sent_at == NOW
    assert letters.deliver(now=NOW + dt.timedelta(minutes=4)).failed == 0
    assert letters.deliver(now=NOW + dt.timedelta(minutes=5)).failed == 1
    refused.refresh_from_db()
    assert refused.next_try_at == NOW + dt.timedelta(minutes=15)
    box.refuse = set()
    assert letters.deliver(now=NOW + dt.timedelta(minutes=15)).sent == 1
    assert box.recipients == ["ann@example.org", "gone@example.org"]


def test_a_server_that_is_down_keeps_everything_until_it_is_up(settings: Any) -> None:
    with listening(Box()) as box:
        pass
    use(settings, f"smtp://127.0.0.1:{box.port}?tls=off")
    letter, _other = written(), written("bob@example.org")
    assert letters.deliver(now=NOW) == letters.Delivered(sent=0, failed=2)
    letter.refresh_from_db()
    assert (letter.tries, letter.error) == (1, "ConnectionRefusedError")
    for _ in range(12):
        letters.deliver(now=letter.next_try_at)
        letter.refresh_from_db()
    before = letter.next_try_at
    letters.deliver(now=before)
    letter.refresh_from_db()
    assert letter.next_try_at - before == dt.timedelta(hours=6)
    with listening(box):
        assert letters.deliver(now=letter.next_try_at).sent == 2
    assert set(box.recipients) == {"ann@example.org", "bob@example.org"}


def test_a_server_that_wants_tls_and_a_password_gets_both(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = own_certificate(tmp_path)
    with listening(Box(), certificate=certificate, wants_login=True) as box:
        use(settings, f"smtp://roll%40book:s3cr%40t%2F@127.0.0.1:{box.port}")
        written()
        assert letters.deliver(now=NOW).failed == 1  # nobody vouches for that certificate
        assert Letter.objects.get().error == "SSLCertVerificationError"
        assert box.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        later = NOW + dt.timedelta(hours=1)
        assert letters.deliver(now=later).sent == 1
        assert box.logins == [("roll@book", "s3cr@t/")]
        use(settings, f"smtp://rollbook:wrong@127.0.0.1:{box.port}")
        written()
        assert letters.deliver(now=later).failed == 1
    last = Letter.objects.get(sent_at=None)
    assert last.error == "SMTPAuthenticationError"


def test_without_a_server_letters_wait_and_nothing_is_tried(settings: Any) -> None:
    settings.EMAIL_BACKEND = NOWHERE
    letter = written()
    assert letters.deliver(now=NOW) == letters.Delivered(sent=0, failed=0)
    letter.refresh_from_db()
    assert (letter.tries, letter.sent_at) == (0, None)
    with pytest.raises(ConfigError, match="No mail server"):
        recipients.test("ann@example.org")


def test_two_workers_send_every_letter_once(box: Box) -> None:
    expected = sorted(f"p{number}@example.org" for number in range(30))
    for address in expected:
        written(address)

    def work(_number: int) -> int:
        try:
            return letters.deliver(now=NOW).sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=3) as pool:
        assert sum(pool.map(work, range(3))) == 30
    assert sorted(box.recipients) == expected


def test_letters_that_were_sent_are_kept_for_a_month(box: Box) -> None:
    written()
    letters.deliver(now=NOW)
    letters.deliver(now=NOW + dt.timedelta(days=30))
    assert Letter.objects.count() == 1
    letters.deliver(now=NOW + dt.timedelta(days=30, seconds=1))
    assert Letter.objects.count() == 0


def test_a_test_mail_is_sent_by_the_command_or_says_what_is_wrong(
    box: Box, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rollbook = Shell(tmp_path, capsys)
    rollbook.ok("notify", "test", "ann@example.org")
    assert box.recipients == ["ann@example.org"]
    box.refuse = {"bob@example.org"}
    said = rollbook("notify", "test", "bob@example.org")
    assert said.code == TransientError.exit_code
    assert "SMTPRecipientsRefused" in said.err
    assert "there is no" not in said.err  # what the server says may hold anything


def said_by_doctor() -> tuple[str, str]:
    with database.cursor() as cursor:
        found = health._letters(cursor.connection.cursor())
    return found.state, found.sentence


def test_doctor_tells_of_letters_that_cannot_be_sent(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROLLBOOK_SMTP_URL", raising=False)
    assert said_by_doctor() == ("ok", "No mail waits.")
    written("gone@example.org")
    state, sentence = said_by_doctor()
    assert (state, "no mail server" in sentence) == ("warn", True)
    box.refuse = {"gone@example.org"}
    letters.deliver(now=NOW)
    state, sentence = said_by_doctor()
    assert (state, sentence.startswith("1 mails could not be sent (SMTPRecipientsRefused)")) == ("fail", True)


def test_doctor_tells_of_a_wrong_address_and_not_of_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_SMTP_URL", "smtp://ann:s3cret@mail.example.org:port")
    [check] = health._mail()
    assert (check.name, check.state, bool(check.remedy)) == ("mail", "fail", True)
    monkeypatch.setenv("ROLLBOOK_SMTP_URL", "smtp://ann:s3cret@mail.example.org")
    [right] = health._mail()
    assert (right.state, right.sentence) == ("ok", "Mails go to mail.example.org, port 587.")
    assert "s3cret" not in check.sentence + check.remedy + right.sentence


def test_mails_are_printed_beside_the_results(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use(settings, "console:")
    said = Shell(tmp_path, capsys).ok("notify", "test", "ann@example.org", "--json")
    assert said.json == {"sent": True, "address": "ann@example.org"}
    assert "Rollbook can send mail from here" in said.err


ADDRESSES: list[tuple[str | None, dict[str, Any] | None]] = [
    (None, {"EMAIL_BACKEND": NOWHERE}),
    ("", {"EMAIL_BACKEND": NOWHERE}),
    ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ("smtp://mail.example.org", {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_USE_SSL": False}),
    ("smtp://localhost:25?tls=off", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}),
    ("smtps://a%40b:c%2Fd@h", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True, "EMAIL_HOST_USER": "a@b", "EMAIL_HOST_PASSWORD": "c/d"}),
    ("https://mail.example.org", None),
    ("smtp://", None),
    ("smtp://h?tls=perhaps", None),
    ("smtp://h?tsl=off", None),
    ("smtp://h/path", None),
    ("smtp://u:s3cret@h:port", None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "expected"), ADDRESSES)
def test_the_address_of_a_mail_server(url: str | None, expected: dict[str, Any] | None) -> None:
    if expected is None:
        with pytest.raises(ConfigError) as refused:
            settings_from_url(url)
        assert "s3cret" not in str(refused.value) + refused.value.hint
        return
    found = settings_from_url(url)
    assert {name: found[name] for name in expected} == expected


def test_values_are_escaped_in_html_and_a_missing_one_is_an_error() -> None:
    values = {
        "district": "<Maple> & Co",
        "items": [],
        "who_added": "ann",
        "how_to_change": "x",
        "more": 0,
        "where": "",
        "page": "",
    }
    mail = render("alarms", "One\nline", values)
    assert "&lt;Maple&gt; &amp; Co" in mail.html
    assert "<Maple> & Co" in mail.text
    assert mail.subject == "One line"
    with pytest.raises(LookupError, match="who_added"):
        render("alarms", "x", {name: value for name, value in values.items() if name != "who_added"})
