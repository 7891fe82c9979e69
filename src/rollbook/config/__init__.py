"""The composition root: settings from the environment, URLs, WSGI."""

from __future__ import annotations
