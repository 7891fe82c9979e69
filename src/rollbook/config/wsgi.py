"""The WSGI application. A process that imports it logs as the commands do: a JSON object a line, on stderr."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from rollbook.cli import logs

logs.configure()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollbook.config.settings")

application = get_wsgi_application()
