"""What is done in the vendor's console, in the vendor's own words; the how-to pages say more."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["instructions"]


def instructions(kind: str, *, is_upload: bool = False) -> tuple[str, ...]:
    """The steps for a kind of source; ``is_upload``: its files are handed over in the browser."""
    if kind == "classlink":
        return (
            _("In ClassLink's Roster Server open Apps, press +ADD and choose the app."),
            _("Permissions: rule-based; share the schools, classes and roles that are to be synced."),
            _("Unenrolled Users: on, or administrators and staff without a class will be missing."),
            _("Demographics and Resources: off, unless students shall be matched by birth date."),
            _("Share the guardian roles, or students name guardians that nobody has seen."),
            _("Enabled: on. An app that is added is off at first."),
        )
    if kind == "clever":
        return (
            _("In Clever open Applications and add the app."),
            _("Under Data sharing share schools, sections, students and teachers."),
            _("Share staff and district administrators: without them nobody administers."),
            _("Share contacts when guardians are to come from Clever."),
            _("Leave off FRL, IEP, 504, ELL, disability, race, gender and addresses."),
        )
    if kind in ("oneroster_sftp", "guardians_sftp"):
        return (
            _("Let your student information system put the CSV files, with a manifest, into the folder every night."),
            _("Ask the server's owner for the fingerprint of its host key, by another way than the server itself."),
        )
    if kind == "oneroster_rest":
        return (_("In the vendor's console make credentials for OneRoster that may only read, and note the base URL."),)
    if is_upload:
        return (
            _("Export the files in your student information system, all of one moment."),
            _("Hand them over here, as they are or in one zip. A plan shows every change before anything is applied."),
        )
    return (_("Put the OneRoster CSV files, or one zip of them, into the folder of this source."),)
