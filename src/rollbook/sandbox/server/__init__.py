"""Vendors on loopback over a generated district: ClassLink, Clever, OneRoster, and a console to turn their switches.

>>> with Sandbox(students=80, seed=1) as sandbox:      # doctest: +SKIP
...     sandbox.set_fault("500", vendor="classlink", at=3)
...     sandbox.urls.oneroster_1_1, sandbox.credentials.oneroster_key
"""

from __future__ import annotations

from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.faults import KINDS, Fault
from rollbook.sandbox.server.sandbox import Sandbox
from rollbook.sandbox.server.sharing import Sharing
from rollbook.sandbox.server.urls import Urls
from rollbook.sandbox.server.world import Switches, World

__all__ = ["KINDS", "Credentials", "Fault", "Sandbox", "Sharing", "Switches", "Urls", "World"]
