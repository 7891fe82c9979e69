"""What a run says of itself: ids in every log line, whatever thread wrote it, and a span a stage when somebody listens."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stamina
from django.db import connection as database
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.engine.commands import Shell

from rollbook.cli import logs
from rollbook.core.errors import RollbookError
from rollbook.core.lifecycle import RunState
from rollbook.engine import spans
from rollbook.sandbox.server import Sandbox
from rollbook.services import running, scheduling, traces
from rollbook.store.models import SourceConnection, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)

PLANNING = ["read", "read", "state", "clean", "scope", "match", "diff", "plan", "keep"]
"""First it is looked whether anything has moved at all."""
WRITING = ["ids", "log", "edits"]


@pytest.fixture
def rollbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.begin(SimpleSpanProcessor(exporter))
    yield exporter
    spans.trace_with(None)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_every_line_of_a_run_carries_its_ids(rollbook: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    rollbook.begin()
    monkeypatch.setenv(logs.LEVEL, "info")
    rollbook.receive(2)
    said = lines(rollbook.ok("sync", "maple").err)
    source, run = SourceConnection.objects.get(), SyncRun.objects.latest("pk")
    stages = [line["stage"] for line in said if line["event"] == "stage"]
    assert stages[: len(PLANNING)] == PLANNING
    assert set(WRITING) <= set(stages)
    assert stages[-1] == "verify"
    assert all((line["district"], line["connection"]) == ("maple", source.pk) for line in said)
    writing = [line for line in said if line.get("stage") in WRITING]
    assert [line["run"] for line in writing] == [run.pk] * len(WRITING)
    assert all(line["seconds"] >= 0 and line["level"] == "info" for line in said)


def test_lines_of_the_threads_that_fetch_pages_carry_them_too(rollbook: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.LEVEL, "debug")
    with Sandbox(students=20) as sandbox, stamina.set_testing(True, attempts=3, cap=True):
        keys = sandbox.credentials
        monkeypatch.setenv("ROLLBOOK_SOURCE_CLIENT_SECRET", keys.oneroster_secret)
        rollbook.ok("district", "add", "maple", "--name", "Maple Valley")
        address = ("--base-url", sandbox.urls.oneroster_1_1, "--auth", "oauth1", "--client-id", keys.oneroster_key)
        rollbook.ok("source", "add", "maple", "--kind", "oneroster_rest", *address)
        said = lines(rollbook.ok("plan", "maple").err)
    fetching = [line for line in said if line["logger"] == "rollbook.connectors.kit.http"]
    assert len(fetching) > 5
    assert {line.get("district") for line in fetching} == {"maple"}


def test_the_ids_end_with_the_work(rollbook: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    rollbook.begin()
    monkeypatch.setenv(logs.LEVEL, "info")
    rollbook.ok("runs", "maple")
    rollbook.capture.readouterr()
    logging.getLogger("rollbook.after").warning("over")
    [line] = lines(rollbook.capture.readouterr().err)
    assert "district" not in line


def test_a_run_is_a_tree_of_spans(rollbook: Shell, exported: InMemorySpanExporter) -> None:
    rollbook.begin()
    exported.clear()
    rollbook.receive(2)
    rollbook.ok("sync", "maple")
    done = exported.get_finished_spans()
    run = SyncRun.objects.latest("pk")
    roots = [span for span in done if span.parent is None]
    assert [span.name for span in roots] == ["sync"]
    assert children(done, roots[0]) == ["plan", "apply"]
    assert roots[0].context is not None
    own = roots[0].context.span_id
    planning, writing = sorted(
        (span for span in done if span.parent is not None and span.parent.span_id == own),
        key=lambda span: span.start_time or 0,
    )
    assert children(done, planning) == PLANNING
    assert children(done, writing)[:3] == WRITING
    assert children(done, writing)[-1] == "verify"
    assert dict(writing.attributes or {}) == {
        "rollbook.district": "maple",
        "rollbook.connection": run.connection_id,
        "rollbook.run": run.pk,
    }


def test_a_workers_run_is_one_trace(rollbook: Shell, exported: InMemorySpanExporter) -> None:
    rollbook.begin()
    exported.clear()
    rollbook.receive(2)
    source = SourceConnection.objects.get()
    run = scheduling.request_run(source, by="alice", now=dt.datetime.now(dt.UTC))
    job = SyncRun.objects.get(pk=run.pk).job
    assert job is not None
    with database.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    assert running.carry_out(run_id=run.pk, job=job) == RunState.APPLIED
    done = exported.get_finished_spans()
    [root] = [span for span in done if span.parent is None]
    assert (root.name, dict(root.attributes or {})["rollbook.run"]) == ("run", run.pk)
    assert children(done, root) == ["plan", "apply"]
    assert all(dict(span.attributes or {})["rollbook.run"] == run.pk for span in done)


def children(done: tuple[ReadableSpan, ...], parent: ReadableSpan) -> list[str]:
    """The names of a span's own stages, in their order."""
    assert parent.context is not None
    own = [span for span in done if span.parent is not None and span.parent.span_id == parent.context.span_id]
    return [span.name for span in sorted(own, key=lambda span: span.start_time or 0)]


def test_a_span_tells_the_name_of_an_error_and_nothing_of_what_it_says(exported: InMemorySpanExporter) -> None:
    with (
        pytest.raises(RollbookError),
        spans.about("plan", district="maple", connection=1),
        spans.stage("read"),
    ):
        raise RollbookError("The row of a person.", hint="Look at it.")
    told = [span.to_json() for span in exported.get_finished_spans()]
    assert len(told) == 2
    assert all('"error.type": "RollbookError"' in text and '"status_code": "ERROR"' in text for text in told)
    assert "The row of a person" not in "".join(told)


def test_spans_arrive_where_the_environment_says(rollbook: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, gzip.decompress(body) if self.headers.get("Content-Encoding") else body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv(traces.ENDPOINT, f"http://127.0.0.1:{server.server_port}")
        provider = traces.configure()
        assert provider is not None
        try:
            with spans.about("plan", district="maple", connection=7), spans.stage("read"):
                pass
            assert provider.force_flush()
        finally:
            spans.trace_with(None)
            provider.shutdown()
            server.shutdown()
    [(path, body)] = received
    assert path == "/v1/traces"
    [resource] = ExportTraceServiceRequest.FromString(body).resource_spans
    names = {item.key: item.value.string_value for item in resource.resource.attributes}
    assert names["service.name"] == "rollbook"
    assert [span.name for span in resource.scope_spans[0].spans] == ["read", "plan"]


def test_without_an_endpoint_nothing_is_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(traces.ENDPOINT, raising=False)
    assert traces.configure() is None
    with spans.stage("read"):
        pass
