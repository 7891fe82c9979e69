"""Planning only what changed: the plan of today out of last night's empty one, when little else than people moved.

The plan of a reading that did nothing is known (``core.steady``). Tonight's differs from it only by what the rows that
are different can reach. So the corridor is walked for these alone, twice: as they were last night, which must be nothing and is
taken out of the known plan, and as they are now, which is put in. The result is the plan that the whole corridor
would give, in another order of findings at most; where that is not sure, there is no result, and the whole corridor is walked.
"""

from __future__ import annotations

from rollbook.core.narrow.planning import Ground, Narrow, narrow

__all__ = ["Ground", "Narrow", "narrow"]
