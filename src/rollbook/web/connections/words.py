"""Names of settings as people read them; their help texts, so that the catalogue has them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

__all__ = ["HELPS", "label"]


def label(name: str) -> str:
    """The setting's name on a page."""
    return {
        "mode": _("Way in"),
        "tenant_id": _("Tenant id"),
        "api_key": _("Partner API key"),
        "application_id": _("Application id"),
        "bearer": _("Bearer"),
        "host": _("Server"),
        "path": _("Path"),
        "endpoint": _("Endpoint URL"),
        "client_id": _("Client id"),
        "client_secret": _("Client secret"),
        "signature": _("Signature"),
        "page_size": _("Rows a page"),
        "workers": _("Requests at once"),
        "only_needed_fields": _("Only the fields that are needed"),
        "pulls": _("What is asked for"),
        "district_id": _("District id"),
        "token": _("District token"),
        "api_version": _("API version"),
        "base_url": _("Base URL"),
        "token_url": _("Token URL"),
        "contact_types": _("Contact types to sync"),
        "mobile_phone_types": _("Phone types that are mobiles"),
        "abandon": _("Guardians who are left out leave"),
        "missing_leave": _("Who is left out leaves"),
        "columns": _("Columns of other names"),
        "login": _("Login"),
        "port": _("Port"),
        "password": _("Password"),
        "key": _("Private key"),
        "passphrase": _("Passphrase of the key"),
        "host_key": _("Host key"),
        "settle": _("Seconds of quiet"),
        "max_files": _("Most files"),
        "max_bytes": _("Most bytes"),
        "max_ratio": _("Most unpacking"),
        "auth": _("Signing"),
        "version": _("OneRoster version"),
        "token_style": _("Token style"),
        "token_params": _("Token parameters"),
        "scope": _("Scopes"),
        "ca_file": _("Certificates"),
    }.get(name, name)


HELPS: tuple[str, ...] = (
    gettext_noop("students.csv itself, or the folder or zip that holds it, or a folder of dated ones."),
    gettext_noop("Students and guardians of this source who are not in the file any more have left. Off: they stay."),
    gettext_noop(
        "What the file calls a column that is not understood by itself: heading = column, with semicolons "
        "between, such as: Rufname = first_name; Klasse = grade."
    ),
    gettext_noop("proxy: one address for all districts, with a bearer. direct: the district's own Roster Server."),
    gettext_noop("The district's tenant id, as the partner portal shows it."),
    gettext_noop("Your partner API key. With it Rollbook finds the district's application and bearer by itself."),
    gettext_noop(
        "The oneroster_application_id, exactly as ClassLink gives it, %2F and %3D included. Needed without "
        "API key, or when the district has added the app more than once."
    ),
    gettext_noop("The district's bearer. Needed in proxy mode without API key."),
    gettext_noop("The proxy's address."),
    gettext_noop("What follows the proxy's address; {application} stands for the application id."),
    gettext_noop("direct: the endpoint URL of the district's Roster Server."),
    gettext_noop("direct: the district's client id (key)."),
    gettext_noop("direct: the district's client secret."),
    gettext_noop("direct: how requests are signed."),
    gettext_noop("How many rows one answer shall hold; at most 10,000."),
    gettext_noop("How many requests may be under way at once."),
    gettext_noop("Ask only for the fields that Rollbook uses."),
    gettext_noop(
        "full: everything whenever something changed. delta: only what changed, and everything once a week, "
        "from servers that count no revisions."
    ),
    gettext_noop("The district's id in Clever: 24 letters and digits, on the district's page."),
    gettext_noop("The district's token, when it is not looked up with the app's id and secret."),
    gettext_noop("The client id of your app in Clever."),
    gettext_noop("The client secret of your app."),
    gettext_noop("The version of the data API."),
    gettext_noop("Where the data API is; another one only for practice."),
    gettext_noop("Where tokens are looked up with id and secret."),
    gettext_noop("Records a page; Clever gives at most 10,000."),
    gettext_noop("full: everything every day. delta: Clever's events, and everything once a week."),
    gettext_noop(
        "Contacts of which types become guardians, with commas: Parent/Guardian, Emergency, Primary, "
        "Secondary, Family, Other."
    ),
    gettext_noop("Phones of which types are mobiles for sign-in, with commas: Cell, Home, Work, Other."),
    gettext_noop("guardians.csv itself, or the folder or zip that holds it, or a folder of dated ones."),
    gettext_noop("Guardians whom this file linked, and who are not in it any more, are no guardians any more."),
    gettext_noop("The name of the SFTP server, without sftp://."),
    gettext_noop("The login (user name) on the server."),
    gettext_noop("The file on the server, or the folder or a pattern of names, like /out/guardians-*.csv."),
    gettext_noop("The port of the server."),
    gettext_noop("The password, unless a key is used."),
    gettext_noop("The private key as text (OpenSSH or PEM), unless a password is used."),
    gettext_noop("The passphrase of the private key."),
    gettext_noop(
        "The server's host key as SHA256:… or as a public key; several are split by commas. Test the "
        "connection without it: the answer shows the fingerprint to compare."
    ),
    gettext_noop("Seconds between the two looks that must be equal: what changes is still being uploaded."),
    gettext_noop("The most files that a delivery may hold."),
    gettext_noop("The most bytes that a delivery may have, packed or unpacked."),
    gettext_noop("The folder or the zip with the CSV files, or a folder of dated zips or folders."),
    gettext_noop("The most files that a bundle may hold."),
    gettext_noop("The most bytes that a bundle may unpack to."),
    gettext_noop("How many times its packed size a file may unpack to, at most."),
    gettext_noop("The server's address, with or without /ims/oneroster/…; for example https://sis.example.org"),
    gettext_noop("The client id (consumer key) that the server's administrator gave you."),
    gettext_noop("The client secret (consumer secret)."),
    gettext_noop("How the server wants us to prove who we are: oauth2 (client credentials) or oauth1 (signatures)."),
    gettext_noop("Which OneRoster the server speaks; auto looks."),
    gettext_noop("How oauth1 requests are signed."),
    gettext_noop("Where oauth2 tokens come from. Empty: as the server says, or /token at its address."),
    gettext_noop("Where client id and secret go when a token is asked for."),
    gettext_noop("More parameters for the token, as name=value&name=value; e.g. appName=rollbook."),
    gettext_noop("The scopes asked for, with blanks between; auto: what is needed; none: ask for none."),
    gettext_noop("How many rows one answer shall hold."),
    gettext_noop("Ask only for the fields that Rollbook uses; a server that cannot is read whole."),
    gettext_noop("full: everything every day. delta: what changed, and everything once a week."),
    gettext_noop("A PEM file with the certificates that the server's rests on."),
    gettext_noop("The folder on the server, or a file or pattern of names in it, like /out/roster-*.zip."),
)
"""What the connectors say of their settings; a test holds these equal to the connectors' own."""
