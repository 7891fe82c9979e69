"""Applies the planned run RUN of the database URL DATABASE_URL and kills itself, as a power cut would, when progress is told
the N-th time. Run as a program by test_kill.py."""

from __future__ import annotations

import os
import signal
import sys

import django


def main(run_id: int, calls: int) -> None:
    django.setup()

    from tests.builders import plan, small_district

    from rollbook.engine.apply import apply_plan
    from rollbook.store.models import SyncRun

    heard = 0

    def die(_stage: str, _done: int, _total: int) -> None:
        nonlocal heard
        heard += 1
        if heard == calls:
            os.kill(os.getpid(), signal.SIGKILL)

    apply_plan(SyncRun.objects.get(pk=run_id), plan(small_district()), progress=die)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
