"""Sign-in at ClassLink, Clever or any OpenID Connect provider: the vendors' protocols. Knows no Django and no district."""

from __future__ import annotations
