"""The tests that every connector passes (house.md section 5). A connector's author gets them in one line::

    TestContract = contract_of(Contract(config=…, settings=…, vendor=…, check=…, read=…))

Only tests import this module; it needs no test library itself.
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import httpx2
import stamina

from rollbook.connectors.kit.redaction import HIDDEN, secret_fields
from rollbook.connectors.kit.settings import build
from rollbook.core.clean import clean
from rollbook.core.errors import AuthError, ConfigError, DataError, RateLimited, RollbookError, TransientError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Mode, Snapshot

__all__ = ["FAULTS", "Contract", "Fault", "contract_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong with one answer. ``spoil``: the good answer → the bad one, or an httpx2 error raised.
    ``errors``: what it must become when it stays."""

    name: str
    spoil: Callable[[httpx2.Request, httpx2.Response], httpx2.Response]
    errors: tuple[type[RollbookError], ...]


def _status(status: int, headers: Mapping[str, str] | None = None) -> Callable[..., httpx2.Response]:
    return lambda request, good: httpx2.Response(status, headers=headers, content=b'{"error": "no"}')


def _time_out(request: httpx2.Request, good: httpx2.Response) -> httpx2.Response:
    raise httpx2.ReadTimeout("slow", request=request)


def _break_off(request: httpx2.Request, good: httpx2.Response) -> httpx2.Response:
    raise httpx2.RemoteProtocolError("peer closed connection", request=request)


def _cut(request: httpx2.Request, good: httpx2.Response) -> httpx2.Response:
    return _with(good, good.content[: len(good.content) // 2])


def _with(good: httpx2.Response, body: bytes) -> httpx2.Response:
    kept = {name: value for name, value in good.headers.items() if name not in ("content-length", "content-encoding")}
    return httpx2.Response(good.status_code, headers=kept, content=body)


_CREDENTIALS = (AuthError, ConfigError)
_UNUSABLE = (TransientError, DataError, ConfigError)

FAULTS: tuple[Fault, ...] = (
    Fault(name="401", spoil=_status(401), errors=_CREDENTIALS),
    Fault(name="403", spoil=_status(403), errors=_CREDENTIALS),
    Fault(name="404", spoil=_status(404), errors=(ConfigError,)),
    Fault(name="redirect", spoil=_status(302, {"Location": "https://elsewhere.example/"}), errors=(ConfigError,)),
    Fault(name="429", spoil=_status(429), errors=(RateLimited, TransientError)),
    Fault(name="429 later", spoil=_status(429, {"Retry-After": "0"}), errors=(RateLimited, TransientError)),
    Fault(name="429 tomorrow", spoil=_status(429, {"Retry-After": "86400"}), errors=(RateLimited, TransientError)),
    Fault(name="500", spoil=_status(500), errors=(TransientError,)),
    Fault(name="time-out", spoil=_time_out, errors=(TransientError,)),
    Fault(name="broken off", spoil=_break_off, errors=(TransientError,)),
    Fault(name="cut body", spoil=_cut, errors=_UNUSABLE),
    Fault(name="empty body", spoil=lambda request, good: _with(good, b""), errors=_UNUSABLE),
    Fault(name="web page", spoil=lambda request, good: _with(good, b"<!doctype html><p>Hello"), errors=_UNUSABLE),
    Fault(name="wrong charset", spoil=lambda request, good: _with(good, b'{"x": "\xe9\xff"}'), errors=_UNUSABLE),
    Fault(name="other JSON", spoil=lambda request, good: _with(good, b'{"statusInfoSet": []}'), errors=_UNUSABLE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a connector brings along.

    ``settings``: as a person would type them, every secret set. ``vendor(people)``: a believable vendor with about so
    many people, as a transport; 0 is a district without people, and ``is_empty_fine`` says whether that can be read.
    ``read`` and ``check`` take ``transport=``. ``endures``: faults that, when they stay, a reading can rightly survive
    (SRC-001: what is not essential is not offered). ``walk``: try every fault at every request; a connector with several
    ways to log in need not for each.
    """

    config: type[Any]
    settings: Mapping[str, Any]
    vendor: Callable[[int], httpx2.BaseTransport]
    read: Callable[..., Snapshot]
    check: Callable[..., Any]
    is_empty_fine: bool = True
    posts: bool = False
    walk: bool = True
    policy: Policy = field(default_factory=Policy)
    endures: Collection[str] = ("403", "404")


class _Tap(httpx2.BaseTransport):
    """Counts requests; spoils the answer to the one at ``at`` (and those after it, when ``stays``)."""

    def __init__(
        self, inner: httpx2.BaseTransport, fault: Fault | None = None, *, at: int = -1, stays: bool = False
    ) -> None:
        self.inner, self.fault, self.at, self.stays = inner, fault, at, stays
        self.requests: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        number = len(self.requests)
        self.requests.append(request)
        response = self.inner.handle_request(request)
        if self.fault is None or not (number == self.at or (self.stays and number > self.at >= 0)):
            return response
        response.read()
        return self.fault.spoil(request, response)


def contract_of(contract: Contract) -> type:
    """The test class of one connector: one test a promise."""

    def config() -> Any:
        return build(contract.config, contract.settings)

    def read(transport: httpx2.BaseTransport) -> Snapshot:
        return contract.read(config(), contract.policy, transport=transport)

    def secrets() -> list[str]:
        return [str(contract.settings[name]) for name in secret_fields(contract.config) if contract.settings.get(name)]

    class TestContract:
        """What every connector promises."""

        def test_settings_reject_unknown_keys(self) -> None:
            told = ""
            try:
                build(contract.config, {**contract.settings, "colour": "red"})
            except ConfigError as error:
                told = error.message
            assert "colour" in told, "a setting that does not exist was taken"

        def test_every_setting_says_what_it_is(self) -> None:
            silent = [
                item.name
                for item in fields(contract.config)
                if not item.metadata.get("internal") and not item.metadata.get("help")
            ]
            assert silent == []

        def test_secrets_are_not_shown(self) -> None:
            assert secrets(), "the contract's settings hold no secret"
            shown = f"{config()!r} {config()}"
            assert HIDDEN in shown
            assert [value for value in secrets() if value in shown] == []

        def test_no_secret_and_no_person_is_logged_or_told(self, caplog: Any) -> None:
            caplog.set_level(logging.DEBUG)
            good = read(contract.vendor(3))
            told = [caplog.text]
            for fault in FAULTS:
                with stamina.set_testing(True, attempts=2):
                    receipt = contract.check(
                        config(), contract.policy, transport=_Tap(contract.vendor(3), fault, at=0, stays=True)
                    )
                told += [receipt.problem, receipt.hint, str(receipt.findings.to_dicts()), caplog.text]
            hidden = [*secrets(), *_persons(good)]
            assert [value for value in hidden if any(value in text for text in told)] == []

        def test_only_get_is_sent(self) -> None:
            tap = _Tap(contract.vendor(3))
            read(tap)
            contract.check(config(), contract.policy, transport=tap)
            methods = {request.method for request in tap.requests}
            assert methods == ({"GET", "POST"} if contract.posts else {"GET"})
            posted = {str(request.url.copy_with(query=None)) for request in tap.requests if request.method == "POST"}
            assert len(posted) <= 1, "more than the token address was posted to"

        def test_each_sourced_id_comes_once(self) -> None:
            for people in (1, 3, 40):
                for name, stream in read(contract.vendor(people)).streams.items():
                    if "sourcedId" in stream.columns:
                        assert stream.frame["sourcedId"].is_duplicated().sum() == 0, name

        def test_an_empty_district_is_no_error_or_says_so(self) -> None:
            try:
                snapshot = read(contract.vendor(0))
            except DataError:
                assert not contract.is_empty_fine
            else:
                assert contract.is_empty_fine
                clean(snapshot, contract.policy)

        def test_two_readings_of_one_state_are_equal(self) -> None:
            first, second = read(contract.vendor(25)), read(contract.vendor(25))
            assert first.fingerprint == second.fingerprint
            assert first.fingerprint != read(contract.vendor(26)).fingerprint

        def test_what_is_read_can_be_cleaned(self) -> None:
            roster = clean(read(contract.vendor(25)), contract.policy)
            assert roster.frames["users"].height >= 25
            assert roster.findings.filter(severity="error").height == 0

        def test_twenty_thousand_rows_in_flat_memory(self) -> None:
            transport = contract.vendor(20_000)
            read(contract.vendor(10))
            before = _peak()
            snapshot = read(transport)
            rows = sum(stream.frame.height for stream in snapshot.streams.values())
            assert rows >= 20_000
            assert _peak() - before < 400 * 1024 * 1024

        def test_check_says_what_is_shared(self) -> None:
            receipt = contract.check(config(), contract.policy, transport=contract.vendor(5))
            assert receipt.works
            assert receipt.rows["users"] >= 5
            assert receipt.roles

        def test_check_names_what_is_wrong_and_what_to_do(self) -> None:
            for fault in FAULTS:
                with stamina.set_testing(True, attempts=2):
                    tap = _Tap(contract.vendor(3), fault, at=0, stays=True)
                    receipt = contract.check(config(), contract.policy, transport=tap)
                assert not receipt.works, fault.name
                assert receipt.problem, fault.name
                assert receipt.hint, fault.name

        def test_every_fault_at_every_request_is_survived_or_told(self) -> None:
            tap = _Tap(contract.vendor(3))
            good = read(tap)
            numbers = range(len(tap.requests)) if contract.walk else range(1)
            failures = [
                told
                for fault in FAULTS
                for at in numbers
                for stays in (False, True)
                if (told := _walk(contract, read, good, fault, at, stays))
            ]
            assert failures == []

    return TestContract


def _walk(contract: Contract, read: Callable[..., Snapshot], good: Snapshot, fault: Fault, at: int, stays: bool) -> str:
    """What is wrong with how a reading takes a fault; empty when nothing is."""
    where = f"{fault.name} at request {at}{' and after' if stays else ''}"
    try:
        with stamina.set_testing(True, attempts=3):
            snapshot = read(_Tap(contract.vendor(3), fault, at=at, stays=stays))
    except RollbookError as error:
        if stays and not isinstance(error, fault.errors):
            return f"{where}: {type(error).__name__}, not {' or '.join(kind.__name__ for kind in fault.errors)}"
        return "" if error.message and error.hint else f"{where}: the error does not say what to do"
    if snapshot.fingerprint == good.fingerprint:
        return ""
    absent = {name for name, stream in snapshot.streams.items() if stream.mode is Mode.ABSENT}
    same = all(
        stream.frame.equals(good.streams[name].frame, null_equal=True) if name not in absent else True
        for name, stream in snapshot.streams.items()
    )
    told = set(snapshot.findings["code"]) - set(good.findings["code"])
    if fault.name in contract.endures and same and absent and told:
        return ""
    return f"{where}: read something else than there is, and did not say so"


def _peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _persons(snapshot: Snapshot) -> list[str]:
    """Names and contacts that are in a reading."""
    users = snapshot.streams["users"].frame
    columns = [name for name in ("givenName", "familyName", "email", "sms", "phone") if name in users.columns]
    return [value for name in columns for value in users[name].unique().to_list() if value and len(value) > 2]
