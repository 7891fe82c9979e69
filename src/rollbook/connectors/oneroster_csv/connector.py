"""Reading a OneRoster CSV bundle: all of it, or an error that says what to mend (S-2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from rollbook.connectors.kit.archive import Archive, Limits, open_archive
from rollbook.connectors.kit.csv import REFUSED_SCHEMA, Heading, Table, read_table
from rollbook.connectors.kit.refusal import gather, sentence
from rollbook.connectors.oneroster.header import is_known, read_header
from rollbook.connectors.oneroster.manifest import MANIFEST
from rollbook.connectors.oneroster.needs import ESSENTIAL_FILES, used_columns
from rollbook.connectors.oneroster_csv.delivery import Delivery, take_stock
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.findings import Severity
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream

__all__ = ["fingerprint", "read"]

_WITHIN_THE_LETTER = frozenset(
    {
        "CSV-002",  # a BOM is tolerated by the conformance suite
        "CSV-016",
        "CSV-019",
        "FIL-020",
        "FIL-021",
        "FIL-023",
        "FIL-026",
        "FIL-028",
        "FIL-029",
        "HDR-009",  # metadata columns at the end are the sanctioned extension
        "HDR-010",  # password is a column of the specification
    }
)
"""Findings that strict reading accepts; any other one fails the run."""


def read(source: Path, policy: Policy, *, limits: Limits | None = None) -> Snapshot:
    """The bundle at ``source`` (folder or zip) as it was received, kept to what Rollbook uses (S-4).

    Every file that is used was read to its end. Raises ``ConfigError`` when there is nothing to open, ``DataError``
    with the findings of *all* files when one cannot be used, ``TransientError`` when a file changed meanwhile. With
    ``policy.strict`` whatever lenient reading repairs is a ``DataError`` too.
    """
    with open_archive(source, limits) as archive:
        delivery = take_stock(archive, policy)
        streams, files, remarks = _read_streams(archive, delivery, policy)
    told = findings.merge([delivery.remarks, *remarks])
    if policy.strict:
        _hold_to_the_letter(told)
    return Snapshot(
        version=delivery.version,
        streams=streams,
        files=(*_manifest_file(delivery), *files.values()),
        findings=told,
        fingerprint=_fingerprint(archive, delivery, {name: file.sha256 for name, file in files.items()}),
    )


def fingerprint(source: Path, policy: Policy, *, limits: Limits | None = None) -> str:
    """The fingerprint of what ``read`` would give now: every file that is used is hashed, none is parsed. Raises what
    ``read`` raises for files that cannot be opened."""
    with open_archive(source, limits) as archive, ThreadPoolExecutor(1) as beside:
        delivery = take_stock(archive, policy)
        hashing = {
            name: beside.submit(_sha256, archive.read(f"{name}.csv".casefold()))
            for name, mode in delivery.modes.items()
            if mode is not Mode.ABSENT
        }
        return _fingerprint(archive, delivery, {name: digest.result() for name, digest in hashing.items()})


def _read_streams(
    archive: Archive, delivery: Delivery, policy: Policy
) -> tuple[dict[str, Stream], dict[str, FileInfo], list[pl.DataFrame]]:
    """All streams in reading order; absent ones are empty frames that say so. Raises once for all unreadable files."""
    streams: dict[str, Stream] = {}
    files: dict[str, FileInfo] = {}
    remarks: list[pl.DataFrame] = []
    errors: list[DataError] = []
    for name, mode in delivery.modes.items():
        if mode is Mode.ABSENT:
            streams[name] = _absent(name, policy)
            continue
        try:
            streams[name], files[name], told = _read_stream(archive, name, mode, delivery.version, policy)
        except DataError as error:
            errors.append(error)
        else:
            remarks.append(told)
    if errors:
        raise gather(errors, [delivery.remarks, *remarks])
    return streams, files, remarks


def _read_stream(
    archive: Archive, name: str, mode: Mode, version: str, policy: Policy
) -> tuple[Stream, FileInfo, pl.DataFrame]:
    file = f"{name}.csv"
    columns: frozenset[str] = frozenset()

    def interpret(raw: list[str]) -> Heading:
        nonlocal columns
        header = read_header(raw, name=name, version=version, policy=policy)
        columns = header.columns
        return header.heading

    data = archive.read(file.casefold())
    size = len(data)
    with ThreadPoolExecutor(1) as beside:
        # Hashing and parsing both let other threads work, and take about as long.
        digesting = beside.submit(hashlib.sha256, data)
        table = read_table(data, stream=file, known=lambda heading: is_known(name, heading), interpret=interpret)
        digest = digesting.result().hexdigest()
    del data, digesting
    told = [table.findings]
    if not table.rows and mode is Mode.BULK:
        told.append(findings.make("FIL-020" if name in (*ESSENTIAL_FILES, "roles") else "FIL-021", stream=file))
    stream = Stream(name=name, frame=table.frame, mode=mode, origin=file, columns=columns, refused=table.refused)
    return stream, _info(file, size, digest, table), findings.merge(told)


def _absent(name: str, policy: Policy) -> Stream:
    schema = {LINE: pl.UInt32(), **dict.fromkeys(sorted(used_columns(name, policy)), pl.String())}
    return Stream(
        name=name,
        frame=pl.DataFrame(schema=schema),
        mode=Mode.ABSENT,
        origin=f"{name}.csv",
        columns=frozenset(),
        refused=pl.DataFrame(schema=REFUSED_SCHEMA),
    )


def _info(name: str, size: int, digest: str, table: Table) -> FileInfo:
    return FileInfo(
        name=name, size=size, rows=table.rows, sha256=digest, encoding=table.encoding, separator=table.separator
    )


def _manifest_file(delivery: Delivery) -> tuple[FileInfo, ...]:
    if delivery.manifest is None:
        return ()
    data = delivery.manifest_bytes
    return (_info(MANIFEST, len(data), hashlib.sha256(data).hexdigest(), delivery.manifest.table),)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _fingerprint(archive: Archive, delivery: Delivery, digests: Mapping[str, str]) -> str:
    """Equal for equal bytes read the same way: stream, mode and digest of every file, the manifest, and what is told of
    files beside them; whatever the zip or folder itself looked like."""
    digest = hashlib.sha256(f"oneroster {delivery.version}\n".encode())
    for name in sorted(digests):
        digest.update(f"{name} {delivery.modes[name].value} {digests[name]}\n".encode())
    digest.update(delivery.manifest_bytes)
    remarks = delivery.remarks.filter(pl.col("stream") != archive.name).select("code", "stream", "detail")
    for remark in sorted(map(str, remarks.iter_rows())):
        digest.update(f"\n{remark}".encode())
    return digest.hexdigest()


def _hold_to_the_letter(told: pl.DataFrame) -> None:
    """Raise when anything was repaired or refused; every breach is then a fatal finding."""
    breach = ~pl.col("code").is_in(sorted(_WITHIN_THE_LETTER))
    breaches = told.filter(breach)
    if not breaches.height:
        return
    first = breaches.row(0, named=True)
    said = sentence(
        first["code"],
        stream=first["stream"] or "",
        line=first["line"],
        column=first["column"] or "",
        detail=first["detail"],
    )
    raise DataError(
        f"By the letter of OneRoster, {breaches.height:,} things in these files are wrong. The first: {said}",
        findings=told.with_columns(
            severity=pl.when(breach).then(pl.lit(Severity.FATAL.value)).otherwise(pl.col("severity"))
        ),
        hint="Mend the files, or turn the setting strict off: what can be repaired is then repaired and reported.",
    )
