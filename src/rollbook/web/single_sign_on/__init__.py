"""Single sign-on: step 2 of the set-up, and the way through the vendor."""

from __future__ import annotations
