"""Many districts, all due at once, several workers, killed at random: all done, none twice, none lost.

    python -m tests.soak --districts 200 --workers 4 --kills 12

Brings an installation of its own in a temporary directory. With ``--kills 0`` it measures what workers can do together.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BY = "soak"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--districts", type=int, default=200)
    parser.add_argument("--smallest", type=int, default=500, help="students")
    parser.add_argument("--largest", type=int, default=5000, help="students")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--lease", type=float, default=30.0, help="seconds of silence after which a worker is missed")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="rollbook-soak-"))
    root.chmod(0o755)  # as root, PostgreSQL runs as another user, who has to pass
    os.environ |= {
        "ROLLBOOK_HOME": str(root / "home"),
        "DJANGO_SETTINGS_MODULE": "rollbook.config.settings",
        "ROLLBOOK_LEASE_SECONDS": str(given.lease),
    }
    os.environ.pop("DATABASE_URL", None)
    from rollbook.store import server

    try:
        return soak(root, given)
    finally:
        server.stop(root / "home")
        shutil.rmtree(root)


def soak(root: Path, given: argparse.Namespace) -> int:
    """One night: sets up, lets everything be due, kills, waits, looks; prints what was found as JSON."""
    from rollbook.cli.boot import boot

    boot()
    draw = random.Random(given.seed)
    students = prepare(root, draw, given)
    from rollbook.store.models import SourceConnection

    now = moment()
    SourceConnection.objects.update(next_due_at=now)  # it is three o'clock, everywhere
    fleet = [worker() for _ in range(given.workers)]
    began = time.monotonic()
    try:
        kills, missed = night(fleet, draw, given)
        seconds = time.monotonic() - began
        for process in fleet:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=120) for process in fleet]
    finally:
        for process in fleet:
            process.kill()
            process.wait()
    found = look(students)
    found |= {
        "workers": given.workers,
        "killed": kills,
        "seconds_until_missed": missed,
        "seconds": round(seconds, 1),
        "districts_a_minute": round(given.districts / found["seconds_of_work"] * 60, 1),
        "worker_codes": codes,
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 1 if found["wrong"] else 0


def moment() -> Any:
    import datetime as dt

    return dt.datetime.now(dt.UTC)


def prepare(root: Path, draw: random.Random, given: argparse.Namespace) -> dict[str, int]:
    """The districts are there, their files have arrived, their schools are matched. District → students in its files."""
    from rollbook.sandbox.district import generate
    from rollbook.services import districts, policies, schools, sources

    expected = {}
    for number in range(given.districts):
        slug = f"town-{number:04}"
        size = draw.randrange(given.smallest, given.largest + 1)
        made = generate(root / slug, students=size, seed=given.seed * 10_000 + number)
        district = districts.add(slug=slug, name=slug, timezone="America/Chicago", by=BY)
        config = {"path": str(made.path)}
        source = sources.add(district=district, kind="oneroster_csv", config=config, by=BY)
        schools.create_missing(connection=source, matching=schools.look(connection=source), by=BY)
        policies.change(connection=source, values={"daily_sync": "on", "start_time": "03:00"}, by=BY)
        expected[slug] = size
        sys.stderr.write(f"\rprepared {number + 1} of {given.districts}")
    sys.stderr.write("\n")
    return expected


def worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "rollbook.cli.main", "worker"], stdout=subprocess.DEVNULL)


def night(
    fleet: list[subprocess.Popen[bytes]], draw: random.Random, given: argparse.Namespace
) -> tuple[int, list[float]]:
    """Until all runs are over. How many workers were killed while they had a run, and after how many seconds each was
    missed."""
    from django.db import connection

    from rollbook.core.retries import MOST_STARTS
    from rollbook.store.models import SourceConnection, SyncRun

    silent: dict[str, float] = {}
    missed: list[float] = []
    kills, next_kill, told = 0, time.monotonic() + 5, -1
    while True:
        time.sleep(0.2)
        leases = dict(SyncRun.objects.at_work().values_list("worker", "pk"))
        for lease in [lease for lease in silent if lease not in leases]:
            missed.append(round(time.monotonic() - silent.pop(lease), 1))
        over = SyncRun.objects.exclude(ended_at=None).count()
        if over != told:
            told = over
            sys.stderr.write(f"\rover: {over} of {given.districts}, killed: {kills}")
        if kills < given.kills and time.monotonic() > next_kill and leases:
            often = set(SyncRun.objects.filter(starts__gte=MOST_STARTS - 1).values_list("worker", flat=True))
            lease = draw.choice([lease for lease in leases if lease not in silent and lease not in often] or [""])
            victim = next((process for process in fleet if f":{process.pid}:" in lease), None)
            if victim is not None:
                victim.kill()
                victim.wait()
                silent[lease] = time.monotonic()
                fleet[fleet.index(victim)] = worker()
                kills, next_kill = kills + 1, time.monotonic() + draw.uniform(5, 25)
        asked = SyncRun.objects.values("connection").distinct().count()
        if asked == SourceConnection.objects.count() and not SyncRun.objects.filter(ended_at=None).exists():
            sys.stderr.write("\n")
            connection.close()
            return kills, missed


def look(expected: dict[str, int]) -> dict[str, Any]:
    """All done, none twice, none lost: what is wrong, and the figures."""
    from django.db import connection
    from django.db.models import Count

    from rollbook.core.lifecycle import RunState
    from rollbook.store.models import Student, SyncRun

    runs = list(SyncRun.objects.select_related("district"))
    there = dict(Student.objects.values("district__slug").annotate(n=Count("id")).values_list("district__slug", "n"))
    slugs = [run.district.slug for run in runs]
    wrong = [
        *(f"{slug}: {slugs.count(slug)} runs" for slug in expected if slugs.count(slug) != 1),
        *(f"run {run.pk}: {run.state} {run.error}" for run in runs if run.state != RunState.APPLIED),
        *(f"run {run.pk}: leftover {run.leftover}" for run in runs if run.leftover),
        *(
            f"{slug}: {there.get(slug)} of {size} students"
            for slug, size in expected.items()
            if there.get(slug) != size
        ),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'runs' AND status IN ('todo', 'doing')"
        )
        if left := cursor.fetchone()[0]:
            wrong.append(f"{left} jobs are left")
    began = min(run.started_at for run in runs if run.started_at)
    ended = max(run.ended_at for run in runs if run.ended_at)
    return {
        "wrong": wrong,
        "seconds_of_work": round((ended - began).total_seconds(), 1),
        "districts": len(expected),
        "students": sum(expected.values()),
        "rows_written": sum(sum(run.receipt.get("inserted", {}).values()) for run in runs),
        "begun_again": sum(run.starts - 1 for run in runs),
        "notes": sum(len(run.notes) for run in runs),
    }


if __name__ == "__main__":
    sys.exit(main())
