"""Archive and restore many at once: how far it goes, then the act."""

from __future__ import annotations
