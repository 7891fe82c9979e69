"""The command line: parse, call one service, print."""

from __future__ import annotations
