"""The web: one folder a page, with views, presenters and templates. A shell: it asks services and reports, and renders."""

from __future__ import annotations
