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
        whole(self, told, done, total)
        if told == stage:
            for _ in range(2):  # the beat that is under way may still tell of the stage before
                since = time.monotonic()
                self._wake.set()
                while self._told < since and time.monotonic() < since + 20:
                    time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGKILL)

    Heart.__call__ = die  # type: ignore[method-assign]
    worker.run(until_idle=True)


if __name__ == "__main__":
    main(sys.argv[1])
