"""The processes that answer requests log as the commands do."""

from __future__ import annotations

import json
import os
import subprocess
import sys

SPEAK = """
import rollbook.config.wsgi
import logging, structlog
structlog.get_logger("rollbook.web.errors").warning("web.refused", code="NotFound")
logging.getLogger("django.request").warning("Not Found: %s", "/x")
"""


def test_a_web_process_logs_json_on_stderr() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SPEAK],
        env={name: value for name, value in os.environ.items() if name != "ROLLBOOK_LOG"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in said.stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("web.refused", "warning"),
        ("Not Found: /x", "warning"),
    ]
    assert said.stdout == ""
