"""Mails as text and HTML, and the server that they are handed to. It knows no district and no person."""

from __future__ import annotations
