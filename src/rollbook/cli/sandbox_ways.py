"""Reading the sandbox every way that there is, to see that each tells the same roster."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rollbook.connectors.classlink import connector as classlink
from rollbook.connectors.classlink.config import ClassLinkConfig
from rollbook.connectors.clever import connector as clever
from rollbook.connectors.clever.config import Config as CleverConfig
from rollbook.connectors.oneroster_csv import connector as oneroster_csv
from rollbook.connectors.oneroster_rest import connector as oneroster_rest
from rollbook.connectors.oneroster_rest.config import OneRosterRestConfig
from rollbook.connectors.oneroster_sftp import connector as oneroster_sftp
from rollbook.connectors.oneroster_sftp.config import OneRosterSftpConfig
from rollbook.core.clean import clean
from rollbook.core.errors import ConfigError
from rollbook.core.fingerprint import roster_fingerprint
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Snapshot
from rollbook.sandbox.district import generate
from rollbook.sandbox.server import Sandbox

__all__ = ["EQUAL_WAYS", "Told", "configs", "read_every_way"]

EQUAL_WAYS = (
    "csv_folder",
    "sftp_zip",
    "classlink_proxy",
    "classlink_direct",
    "oneroster_1_1",
    "oneroster_1_2",
)
"""The ways that must give one fingerprint. Clever's model carries less, so its fingerprint is its own."""

AnyConfig = ClassLinkConfig | OneRosterRestConfig | OneRosterSftpConfig | CleverConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one way told: the digest of the cleaned roster, rows by frame, seconds to read and clean."""

    fingerprint: str
    rows: dict[str, int]
    seconds: float


def configs(sandbox: Sandbox) -> dict[str, AnyConfig]:
    """Way → the settings that a person would type for it."""
    keys, urls = sandbox.credentials, sandbox.urls
    made: dict[str, AnyConfig] = {
        "classlink_proxy": ClassLinkConfig(
            host=urls.classlink, tenant_id=str(keys.classlink_tenant_id), api_key=keys.classlink_partner_key
        ),
        "classlink_direct": ClassLinkConfig(
            mode="direct",
            endpoint=urls.classlink_direct_1_1,
            client_id=keys.classlink_key,
            client_secret=keys.classlink_secret,
        ),
        "oneroster_1_1": OneRosterRestConfig(
            base_url=urls.oneroster_1_1,
            auth="oauth1",
            client_id=keys.oneroster_key,
            client_secret=keys.oneroster_secret,
        ),
        "oneroster_1_2": OneRosterRestConfig(
            base_url=urls.oneroster_1_2,
            token_url=urls.oneroster_token,
            client_id=keys.oneroster_key,
            client_secret=keys.oneroster_secret,
        ),
        "clever": CleverConfig(
            district_id=keys.clever_district_id,
            client_id=keys.clever_client_id,
            client_secret=keys.clever_client_secret,
            base_url=urls.clever,
            token_url=f"{urls.clever}/oauth/tokens",
        ),
    }
    if sandbox.sftp is not None:
        made["sftp_zip"] = OneRosterSftpConfig(
            host=sandbox.sftp.host,
            port=sandbox.sftp.port,
            login=sandbox.sftp.login,
            password=sandbox.sftp.password,
            host_key=sandbox.sftp.host_key,
            settle=0.1,
        )
    return made


def read_way(config: AnyConfig, policy: Policy) -> Snapshot:
    """The source's snapshot, by the connector that the settings are of."""
    match config:
        case ClassLinkConfig():
            return classlink.read(config, policy)
        case OneRosterRestConfig():
            return oneroster_rest.read(config, policy)
        case OneRosterSftpConfig():
            return oneroster_sftp.read(config, policy)
        case CleverConfig():
            return clever.read(config, policy)


def read_every_way(
    sandbox: Sandbox, policy: Policy | None = None, *, told: Callable[[str], None] = lambda way: None
) -> Mapping[str, Told]:
    """Every way's answer; ``told`` hears of each before it is read. Raises what the connectors raise, and ConfigError
    when the sandbox was opened without SFTP."""
    if sandbox.sftp is None:
        raise ConfigError("The sandbox has no SFTP server.", hint="Open it with sftp=True.")
    policy = policy or Policy()
    made: dict[str, Told] = {}

    def read(way: str, reader: Callable[[], Snapshot]) -> None:
        told(way)
        began = time.perf_counter()
        roster: Roster = clean(reader(), policy)
        made[way] = Told(
            fingerprint=roster_fingerprint(roster),
            rows={name: frame.height for name, frame in roster.frames.items()},
            seconds=round(time.perf_counter() - began, 3),
        )

    with tempfile.TemporaryDirectory(prefix="rollbook-sandbox-") as folder:
        world = sandbox.world
        bundle = Path(folder) / "bundle"
        generate(bundle, students=world.students, seed=world.seed, day=world.day)
        read("csv_folder", lambda: oneroster_csv.read(bundle, policy))
    for way, config in configs(sandbox).items():
        read(way, lambda config=config: read_way(config, policy))  # type: ignore[misc]
    return made
