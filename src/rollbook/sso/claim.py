"""An app of ours at a vendor, and what the vendor says of somebody who signed in there."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["App", "Claim", "Started"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class App:
    """``provider``: ``classlink``, ``clever`` or ``oidc``. ``base``: where its sign-in is (for oidc: the issuer); ``api``:
    where it answers who somebody is. ``claim``: for oidc, which claim holds the sourcedId."""

    provider: str
    tenant: str
    client_id: str
    client_secret: str
    base: str
    api: str
    claim: str = "sub"

    def __repr__(self) -> str:
        return f"App({self.provider}, ***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A sign-in that was begun: the address to send the browser to, and what has to come back with it."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who signed in, by the vendor's word: ``tenant`` and ``subject`` (the sourcedId; for Clever its own id) are the
    identity, as they came. A blank ``subject`` identifies nobody (T-6)."""

    tenant: str
    subject: str
