"""What the pages of steps 3 and 4 share: how old the offer is, and taking the last act back."""

from __future__ import annotations
