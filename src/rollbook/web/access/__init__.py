"""Who may do what in a district: granting, revoking, the review."""

from __future__ import annotations
