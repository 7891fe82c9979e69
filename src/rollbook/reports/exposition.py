"""The signals as Prometheus reads them. Each metric's help text is its documentation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rollbook.core.health import Health
from rollbook.reports.signals import SourceSignal, Work, source_signals, work

__all__ = ["families", "text"]

_SOURCE = ("district", "source")


def text(*, now: dt.datetime) -> bytes:
    """The answer of /metrics: the state of the installation at ``now``, the same from whatever process answers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Now(families(source_signals(), work(now=now), now=now)))
    return generate_latest(registry)


class _Now(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def families(sources: Sequence[SourceSignal], work: Work, *, now: dt.datetime) -> list[Metric]:
    """Every metric with its values. Districts and sources are named by slug and name; no person is."""
    runs = GaugeMetricFamily("rollbook_runs", "Runs that are kept, by state.", labels=["state"])
    for state, number in work.runs.items():
        runs.add_metric([state], number)
    seconds = GaugeMetricFamily(
        "rollbook_stage_seconds_last_day",
        "Seconds that runs of the last day spent in a stage, in all.",
        labels=["stage"],
    )
    times = GaugeMetricFamily(
        "rollbook_stage_runs_last_day", "Runs of the last day that went through a stage.", labels=["stage"]
    )
    for stage, (spent, number) in work.seconds.items():
        seconds.add_metric([stage], spent)
        times.add_metric([stage], number)
    received = GaugeMetricFamily(
        "rollbook_rows_received_last_day", "Rows that runs of the last day received, by stream.", labels=["stream"]
    )
    for stream, number in work.rows.items():
        received.add_metric([stream], number)
    written = GaugeMetricFamily(
        "rollbook_rows_written_last_day",
        "Rows of the directory that runs of the last day wrote.",
        labels=["operation", "table"],
    )
    for (operation, table), number in work.written.items():
        written.add_metric([operation, table], number)
    waited = (now - work.oldest_at).total_seconds() if work.oldest_at else 0.0
    return [
        runs,
        seconds,
        times,
        received,
        written,
        _plain("rollbook_queue_depth", "Runs that wait for a worker, or for their next try.", work.queued),
        _plain("rollbook_queue_oldest_seconds", "How long the run has waited that could have begun first.", waited),
        _plain("rollbook_runs_working", "Runs that a worker is at.", work.working),
        _plain("rollbook_workers", "Worker processes that gave a sign of life in the last two minutes.", work.workers),
        _plain("rollbook_mail_waiting", "Mails that have not been sent yet.", work.letters),
        *_of_sources(sources, now),
    ]


def _of_sources(sources: Sequence[SourceSignal], now: dt.datetime) -> list[Metric]:
    health = GaugeMetricFamily("rollbook_sources", "Sources, by health.", labels=["health"])
    for one in Health:
        health.add_metric([one.value], sum(source.health is one for source in sources))
    age = GaugeMetricFamily(
        "rollbook_data_age_seconds", "How long ago the data in the directory were read, by source.", labels=_SOURCE
    )
    failing = GaugeMetricFamily("rollbook_source_failing", "1 when a person has to mend a source.", labels=_SOURCE)
    waiting = GaugeMetricFamily("rollbook_records_waiting", "Records in open holds, by source.", labels=_SOURCE)
    due = GaugeMetricFamily(
        "rollbook_next_run_timestamp_seconds", "When the schedule runs a source next.", labels=_SOURCE
    )
    alarms = GaugeMetricFamily("rollbook_alarms", "Alarms that are on, by kind.", labels=["kind"])
    kinds: dict[str, int] = {}
    for source in sources:
        labels = [source.slug, source.source]
        if source.data_at is not None:
            age.add_metric(labels, (now - source.data_at).total_seconds())
        failing.add_metric(labels, source.health is Health.FAILING)
        waiting.add_metric(labels, source.waiting)
        if source.next_due_at is not None:
            due.add_metric(labels, source.next_due_at.timestamp())
        for kind in source.alarms:
            kinds[kind] = kinds.get(kind, 0) + 1
    for kind, number in sorted(kinds.items()):
        alarms.add_metric([kind], number)
    return [health, age, failing, waiting, due, alarms]


def _plain(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)
