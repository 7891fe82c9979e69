"""All vendors of one make-believe district, on loopback, from ``with`` to the end of it."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from rollbook.core.errors import ConfigError
from rollbook.sandbox.server.classlink import ClassLinkApp, ClassLinkDirectApp
from rollbook.sandbox.server.clever import CleverApp
from rollbook.sandbox.server.console import ConsoleApp
from rollbook.sandbox.server.console_page import Keys
from rollbook.sandbox.server.credentials import Credentials, credentials
from rollbook.sandbox.server.faults import Fault
from rollbook.sandbox.server.http import App, Host
from rollbook.sandbox.server.oneroster import OneRosterApp
from rollbook.sandbox.server.sftp import SftpSandbox, put_bundle
from rollbook.sandbox.server.urls import Urls, keys_of
from rollbook.sandbox.server.world import World

__all__ = ["Sandbox"]

_VENDORS = ("classlink", "classlink_direct", "clever", "oneroster")


class Sandbox:
    """ClassLink, Clever and a generic OneRoster provider over ``students`` invented students.

    ``port``: of the console, the vendors following on the next ports; 0 lets the system choose all of them. The console
    and the keyword methods change the same world. Requests are counted in ``world.requests``. With ``sftp`` there is an
    SFTP server as well (``self.sftp``), where a zip of every new day is put.
    """

    def __init__(self, students: int = 600, seed: int = 1, port: int = 0, *, sftp: bool = False) -> None:
        if students < 1:
            raise ConfigError("A district needs students.", hint="Choose at least 1; 60 or more give several schools.")
        self.world = World(students=students, seed=seed)
        self.credentials: Credentials = credentials(seed)
        self.sftp: SftpSandbox | None = None
        self._with_sftp, self._port = sftp, port
        self._open = ExitStack()
        self._hosts: dict[str, Host] = {}
        classlink = ClassLinkApp(self.world, self.credentials)
        apps: dict[str, App] = {
            "classlink": classlink,
            "classlink_direct": ClassLinkDirectApp(self.world, self.credentials),
            "clever": CleverApp(self.world, self.credentials),
            "oneroster": OneRosterApp(self.world, self.credentials),
        }
        try:
            for number, (vendor, app) in enumerate(apps.items(), 1):
                self._hosts[vendor] = self._host(vendor, app, port + number if port else 0)
            self.urls = self._open_console(port)
            classlink.direct_url = self.urls.classlink_direct_1_1
        except OSError as error:
            for host in self._hosts.values():
                host.close()
            raise ConfigError(
                f"One of the ports {port} to {port + len(apps)} is taken.", hint="Choose another --port."
            ) from error

    def _host(self, vendor: str, app: App, port: int) -> Host:
        def due(path: str) -> Fault | None:
            return self.world.faults.due(vendor, path)

        def asked(method: str, path: str, status: int) -> None:
            self.world.asked(vendor, method, status)

        return Host(app, port=port, due=due, act=self.world.act, asked=asked)

    def _open_console(self, port: int) -> Urls:
        console = self._console = ConsoleApp(self.world, self.credentials)
        host = Host(console, port=port, due=lambda _: None, act=self.world.act, asked=lambda *_: None)
        self._hosts["console"] = host
        urls = Urls(console=host.url, **{vendor: self._hosts[vendor].url for vendor in _VENDORS})
        console.urls = {
            "ClassLink (proxy, listing, LaunchPad)": urls.classlink,
            "ClassLink Roster Server (direct)": urls.classlink_direct_1_1,
            "Clever": urls.clever,
            "OneRoster 1.1": urls.oneroster_1_1,
            "OneRoster 1.2": urls.oneroster_1_2,
            "OneRoster token endpoint": urls.oneroster_token,
        }
        return urls

    def __enter__(self) -> Sandbox:
        with self._open:
            if self._with_sftp:
                self.sftp = self._start_sftp()
            self._console.keys = keys_of(self.credentials, self.urls, self.sftp)
            for host in self._hosts.values():
                host.start()
                self._open.callback(host.stop)
            self._open = self._open.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _start_sftp(self) -> SftpSandbox:
        root = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="rollbook-sandbox-")))

        def put(day: int) -> None:
            put_bundle(root, students=self.world.students, seed=self.world.seed, day=day)

        put(self.world.day)
        self.world.day_watchers.append(put)
        port = self._port + len(self._hosts) if self._port else 0
        try:
            return self._open.enter_context(SftpSandbox(root, port=port))
        except OSError as error:
            raise ConfigError(f"The port {port} is taken.", hint="Choose another --port.") from error

    @property
    def keys(self) -> Keys:
        """What to type into the form of a source, by vendor."""
        return self._console.keys

    def set_day(self, day: int) -> None:
        """All vendors serve that day's district."""
        self.world.set_day(day)

    def set_fault(self, kind: str, **where: Any) -> Fault:
        """The fault is set: ``at``, ``times``, ``vendor``, ``path``, ``seconds`` as ``Fault`` has them."""
        fault = Fault(kind=kind, **where)
        self.world.faults.set(fault)
        return fault

    def clear_faults(self) -> None:
        """No fault is set any more."""
        self.world.faults.clear()

    def set_sharing(self, vendor: str, **changes: Any) -> None:
        """What the district grants at ``classlink`` or ``clever``: the fields of ``Sharing``."""
        self.world.set_sharing(vendor, **changes)

    def set_switches(self, **changes: Any) -> None:
        """The fields of ``Switches``."""
        self.world.set_switches(**changes)
