"""What people did by hand, and taking it back."""

from __future__ import annotations
