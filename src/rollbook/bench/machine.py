"""What was measured on."""

from __future__ import annotations

import os
import platform
from typing import Any

import polars as pl

from rollbook.bench.scratch import server_version

__all__ = ["facts"]


def facts(url: str) -> dict[str, Any]:
    """Cores, memory, and the versions that decide."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(pages * size / 1024**3),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "postgresql": server_version(url),
    }
