"""The directory in PostgreSQL: models by noun, migrations, the server itself. Data, not behaviour."""

from __future__ import annotations
