"""A worker that kills itself, as a power cut would, when a run comes to the stage STAGE. Run as a program by the tests."""

from __future__ import annotations

import os
import signal
import sys
import time

import django


def main(stage: str) -> None:
    django.setup()

    from rollbook.engine.heart import Heart
    from rollbook.jobs import worker

    whole = Heart.__call__

    def die(self: Heart, told: str, done: int, total: int) -> None:
        now = time.monotonic()
        whole(self, told, done, total)
        if told == stage:
            while self._told < now and time.monotonic() < now + 20:  # the heart tells a new stage at once
                time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGKILL)

    Heart.__call__ = die  # type: ignore[method-assign]
    worker.run(until_idle=True)


if __name__ == "__main__":
    main(sys.argv[1])
