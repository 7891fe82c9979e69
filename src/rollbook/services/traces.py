"""OpenTelemetry traces: a span a run and a span a stage, sent to where the environment says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rollbook import __version__
from rollbook.engine import spans

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

__all__ = ["ENDPOINT", "begin", "configure"]

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""OpenTelemetry's own variable; its others (headers, time-outs, service name, sampling) hold as well."""


def configure() -> TracerProvider | None:
    """When the environment names an endpoint, the stages of runs are traced to it, by OTLP over HTTP, until the process
    ends. Else nothing of OpenTelemetry is even imported (None)."""
    if not os.environ.get(ENDPOINT):
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return begin(BatchSpanProcessor(OTLPSpanExporter()))


def begin(processor: SpanProcessor) -> TracerProvider:
    """Spans of this process go to ``processor``. They hold names of stages, ids, and the names of errors; no value of
    any record (T-3)."""
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Status, StatusCode

    name = os.environ.get("OTEL_SERVICE_NAME", "rollbook")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name, SERVICE_VERSION: __version__}))
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("rollbook", __version__)

    @contextmanager
    def open_span(name: str, attributes: dict[str, Any]) -> Iterator[None]:
        with tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    spans.trace_with(open_span)
    return provider
