"""Where the vendors answer, and what a person types into the forms of Rollbook to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from rollbook.sandbox.server.console_page import Keys
from rollbook.sandbox.server.credentials import Credentials
from rollbook.sandbox.server.oneroster import ROOT_1_1, ROOT_1_2, TOKEN_PATH
from rollbook.sandbox.server.sftp import SftpSandbox

__all__ = ["Urls", "keys_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where everything answers. ``classlink``: proxy host, listing and LaunchPad; ``clever``: API and sign-in host."""

    console: str
    classlink: str
    classlink_direct: str
    clever: str
    oneroster: str

    @property
    def oneroster_1_1(self) -> str:
        """Base URL of the generic OneRoster 1.1 provider."""
        return self.oneroster + ROOT_1_1

    @property
    def oneroster_1_2(self) -> str:
        """Base URL of the generic OneRoster 1.2 provider."""
        return self.oneroster + ROOT_1_2

    @property
    def oneroster_token(self) -> str:
        """The token endpoint of the generic provider."""
        return self.oneroster + TOKEN_PATH

    @property
    def classlink_direct_1_1(self) -> str:
        """Base URL of the district's own Roster Server."""
        return self.classlink_direct + ROOT_1_1


def keys_of(keys: Credentials, urls: Urls, sftp: SftpSandbox | None) -> Keys:
    """Vendor → the fields of its form → what to type there; the fields have the names of the connectors' settings."""
    files = (
        {
            "SFTP": {
                "host": sftp.host,
                "port": str(sftp.port),
                "login": sftp.login,
                "password": sftp.password,
                "host_key": sftp.host_key,
            }
        }
        if sftp is not None
        else {}
    )
    return {
        "ClassLink, proxy": {
            "host": urls.classlink,
            "tenant_id": str(keys.classlink_tenant_id),
            "api_key": keys.classlink_partner_key,
        },
        "ClassLink, direct": {
            "endpoint": urls.classlink_direct_1_1,
            "client_id": keys.classlink_key,
            "client_secret": keys.classlink_secret,
        },
        "ClassLink, sign-in": {"client_id": keys.classlink_sso_id, "client_secret": keys.classlink_sso_secret},
        "Clever": {
            "base_url": urls.clever,
            "token_url": f"{urls.clever}/oauth/tokens",
            "district_id": keys.clever_district_id,
            "client_id": keys.clever_client_id,
            "client_secret": keys.clever_client_secret,
        },
        "OneRoster": {
            "base_url": urls.oneroster,
            "token_url": urls.oneroster_token,
            "client_id": keys.oneroster_key,
            "client_secret": keys.oneroster_secret,
        },
        **files,
    }
