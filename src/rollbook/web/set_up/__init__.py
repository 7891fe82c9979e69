"""The nine steps of a district's set-up, on one page that is its health page later."""

from __future__ import annotations
