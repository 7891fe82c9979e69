"""Where files come from: a folder, an upload, an SFTP server."""

from __future__ import annotations
