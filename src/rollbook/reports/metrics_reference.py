"""The reference page of all metrics, made from their own help texts.

``python -m rollbook.reports.metrics_reference > docs/reference/metrics.md`` writes it; a test holds the two equal.
"""

from __future__ import annotations

import datetime as dt
import sys

from prometheus_client.core import Metric

from rollbook.core.health import Health
from rollbook.reports.exposition import families
from rollbook.reports.signals import Work

__all__ = ["render"]

_PAGE = """\
# Metrics

<!-- Made by `python -m rollbook.reports.metrics_reference > docs/reference/metrics.md`. Do not edit by hand. -->

What `/metrics` answers, in Prometheus' text form. The numbers are read from the database when they are asked for, so every web
process gives the same ones; ask one of them, not all. "The last day" are the 24 hours before the answer. Who may ask, and which
alarms to build on them: [watch an installation](../how-to/watch-an-installation.md).

| metric | labels | meaning |
|---|---|---|
"""
_HEALTH = """
`health` is one of:

| health | what is true |
|---|---|
| `failing` | a person has to mend something: an alarm is on, the schedule was stopped, or the last run failed |
| `held` | part of the newest plan waits for a person; everything else works |
| `planned` | a plan waits to be applied, or to be made again |
| `working` | a run is waiting for a worker, or under way |
| `good` | the newest run was applied, and nothing waits |
| `new` | it has never run |
"""


def render() -> str:
    """The page as Markdown: one line a metric, in the order of the answer."""
    nothing = Work(runs={}, queued=0, working=0, oldest_at=None, workers=0, letters=0, seconds={}, rows={}, written={})
    lines = [_line(metric) for metric in families([], nothing, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))]
    assert all(f"`{one.value}`" in _HEALTH for one in Health)
    return _PAGE + "\n".join(lines) + "\n" + _HEALTH


def _line(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in getattr(metric, "_labelnames", ()))
    return f"| `{metric.name}` | {labels} | {metric.documentation} |"


if __name__ == "__main__":
    sys.stdout.write(render())
