"""The audit: what is in it, and that nothing of it can be changed unseen (T-4)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from tests.engine.commands import Shell
from tests.web.people import NOW, person

from rollbook.core.audit import Deed
from rollbook.core.errors import AuthError, ConfigError, RateLimited
from rollbook.services import accounts, audit, districts
from rollbook.store.models import AuditEntry, District

GOOD = "a long sentence of 4 words"


def tampered(statement: str) -> None:
    """Somebody with the database in their hands, who knows that there is a trigger."""
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE, DELETE ON audit_entry TO CURRENT_USER")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_no_emptying")
        cursor.execute("REVOKE UPDATE, DELETE ON audit_entry FROM CURRENT_USER")


@pytest.fixture
def maple(db: None) -> District:
    """A district with five entries beside that of its making."""
    made = districts.add(slug="maple", name="Maple", by="tests")
    for number in range(5):
        audit.note(Deed.EXPORT, by="tests", district=made.pk, subject="ä|1:x", detail={"number": number, "text": "é\n"})
    return made


def test_the_database_chains_as_the_core_counts(maple: District) -> None:
    told = audit.verify(maple)
    assert (told.entries, told.broken, told.why) == (6, None, "")
    rows = list(AuditEntry.objects.filter(district=maple).order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.previous for row in rows[1:]] == [row.digest for row in rows[:-1]]
    assert told.head == rows[-1].digest


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET actor = 'somebody'", "DELETE FROM audit_entry", "DELETE FROM audit_entry WHERE false"],
)
def test_the_application_can_neither_change_nor_remove_an_entry(maple: District, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with connection.cursor() as cursor:  # and had it the right, the table itself would say no
        cursor.execute("GRANT UPDATE, DELETE ON audit_entry TO CURRENT_USER")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nobody_says_the_number_the_time_or_the_digest_of_an_entry(maple: District) -> None:
    AuditEntry.objects.create(district=maple, number=99, at=NOW, actor="me", deed="apply", previous="x", digest="y")
    told = audit.verify(maple)
    assert (told.entries, told.broken) == (7, None)


@pytest.mark.parametrize(
    ("statement", "number", "why"),
    [
        ("UPDATE audit_entry SET actor = 'account:2' WHERE number = 3", 3, "was changed"),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE number = 6", 6, "was changed"),
        ("UPDATE audit_entry SET detail = '{}' WHERE number = 2", 2, "was changed"),
        ("UPDATE audit_entry SET subject = 'ä|1:', detail = 'x' || detail WHERE number = 4", 4, "was changed"),
        ("UPDATE audit_entry SET subject_id = 7 WHERE number = 5", 5, "was changed"),
        ("DELETE FROM audit_entry WHERE number = 4", 4, "is missing"),
        ("DELETE FROM audit_entry WHERE number = 1", 1, "is missing"),
        (
            "UPDATE audit_entry SET digest = repeat('a', 64) WHERE number = 3",
            3,
            "was changed",
        ),
    ],
)
def test_what_was_tampered_with_is_named(maple: District, statement: str, number: int, why: str) -> None:
    tampered(statement)
    told = audit.verify(maple)
    assert told.broken == number
    assert why in told.why


def test_an_end_cut_off_or_a_chain_written_anew_is_found_by_what_was_noted_down(maple: District) -> None:
    before = audit.verify(maple)
    noted = (before.entries, before.head)
    assert audit.verify(maple, expect=noted).broken is None
    tampered("DELETE FROM audit_entry WHERE number > 4")
    assert audit.verify(maple).broken is None  # by itself a chain does not know how long it was
    assert audit.verify(maple, expect=noted).why == "entry 5 is missing"
    for _ in range(2):
        audit.note(Deed.APPLY, by="tests", district=maple.pk)
    assert audit.verify(maple).broken is None
    assert audit.verify(maple, expect=noted).why == "entry 6 is not the one that was noted down"


@pytest.mark.parametrize("word", ["", "5", "x:y", "5:abc", f"-1:{'a' * 64}"])
def test_what_was_noted_down_has_to_be_an_entry(word: str) -> None:
    with pytest.raises(ConfigError):
        audit.expected(word)


def test_every_sign_in_and_every_failed_one_is_there_without_an_address(maple: District) -> None:
    accounts.add(email="alice@example.org", password=GOOD, districts=["maple"], by="bo@example.org", now=NOW)
    account = User.objects.get()
    accounts.sign_in(email="alice@example.org", password=GOOD, address="192.0.2.1", now=NOW)
    for email in ("alice@example.org", "nobody@example.org"):
        with pytest.raises(AuthError):
            accounts.sign_in(email=email, password="wrong", address="192.0.2.1", now=NOW)
    secret = accounts.link(email="alice@example.org", by="cli:ann", now=NOW)
    accounts.open_link(secret=secret, address="192.0.2.1", now=NOW)
    with pytest.raises(AuthError):
        accounts.open_link(secret=secret, address="192.0.2.1", now=NOW)
    own = AuditEntry.objects.filter(district=maple, number__gt=6).order_by("number")
    assert list(own.values_list("deed", "actor", "subject_id")) == [
        (Deed.ACCOUNT, "account:?", account.pk),
        (Deed.SIGN_IN, f"account:{account.pk}", account.pk),
        (Deed.SIGN_IN_FAILED, "nobody", account.pk),
        (Deed.LINK, "cli:ann", account.pk),
        (Deed.SIGN_IN, f"account:{account.pk}", account.pk),
    ]
    everywhere = AuditEntry.objects.filter(district=None)
    assert everywhere.filter(deed=Deed.SIGN_IN_FAILED).count() == 3  # with the stranger, and the used link
    told = "".join(str(list(row)) for row in AuditEntry.objects.values_list("actor", "subject", "detail"))
    assert [word for word in ("alice", "nobody@", "192.0.2", "bo@", GOOD, secret) if word in told] == []


def test_many_failures_do_not_fill_the_audit(maple: District) -> None:
    accounts.add(email="alice@example.org", password=GOOD, by="tests", now=NOW)
    refused = 0
    for _ in range(60):
        with pytest.raises((AuthError, RateLimited)) as error:
            accounts.sign_in(email="alice@example.org", password="x", address="192.0.2.9", now=NOW)
        refused += error.type is RateLimited
    assert refused == 55
    assert AuditEntry.objects.filter(deed=Deed.SIGN_IN_FAILED).count() == 6


def test_a_deed_that_is_taken_back_leaves_no_entry(maple: District) -> None:
    with transaction.atomic():
        audit.note(Deed.APPLY, by="tests", district=maple.pk)
        transaction.set_rollback(True)
    assert audit.verify(maple).entries == 6


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_make_one_chain() -> None:
    made = districts.add(slug="maple", name="Maple", by="tests")

    def write() -> None:
        try:
            for _ in range(15):
                audit.note(Deed.EXPORT, by="tests", district=made.pk)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    told = audit.verify(made)
    assert (told.entries, told.broken) == (61, None)


@pytest.mark.django_db(transaction=True)
def test_the_main_job_is_in_the_audit_and_the_command_finds_who_changed_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(tmp_path, capsys)
    shell.begin()
    run = shell.json("runs", "maple")["runs"][0]["run"]
    shell.ok("settings", "maple", "deletion_threshold=15")
    shell.ok("undo", str(run))
    shell.ok("export", "maple", "--out", str(tmp_path / "out"))
    shell.ok("report", str(run), "--out", str(tmp_path / "report"))
    person("alice@example.org", "maple")
    deeds = [line["deed"] for line in shell.json("audit", "list", "maple")["entries"]]
    assert deeds[::-1][:2] == ["setting changed"] * 2
    assert {"apply", "undo", "export", "directory changed by hand", "account changed"} <= set(deeds)
    told = shell.json("audit", "verify")["chains"]
    assert [(chain["district"], chain["broken"]) for chain in told] == [("", None), ("maple", None)]
    noted = f"{told[1]['entries']}:{told[1]['head']}"
    shell.ok("audit", "verify", "--district", "maple", "--expect", noted)
    tampered("UPDATE audit_entry SET actor = 'cli:eve' WHERE deed = 'undo'")
    said = shell("audit", "verify", "--json")
    assert said.code == 10
    assert "was changed" in said.json["error"]["message"]
