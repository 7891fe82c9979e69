"""The ways a roster can come, in the order in which most people look for theirs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

__all__ = ["Way", "way_of", "ways"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way. ``kind``: of source; ``is_upload``: its files are handed over on its page; ``on_server``: it reads a folder
    of the server, so only who runs the installation may choose it."""

    key: str
    kind: str
    title: str
    sentence: str
    is_upload: bool = False
    on_server: bool = False


def ways(*, with_server: bool) -> tuple[Way, ...]:
    """All that the person may choose."""
    found = (
        Way(
            key="classlink",
            kind="classlink",
            title="ClassLink",
            sentence=_("Roster Server, through ClassLink's proxy or the district's own."),
        ),
        Way(key="clever", kind="clever", title="Clever", sentence=_("Secure Sync, with a token or your app's id.")),
        Way(
            key="oneroster-rest",
            kind="oneroster_rest",
            title="OneRoster REST",
            sentence=_("A student information system that answers OneRoster 1.1 or 1.2."),
        ),
        Way(
            key="sftp",
            kind="oneroster_sftp",
            title=_("OneRoster CSV by SFTP"),
            sentence=_("Files that your student information system leaves on a server every night."),
        ),
        Way(
            key="upload",
            kind="oneroster_csv",
            title=_("OneRoster CSV by upload"),
            sentence=_("Files or a zip that you hand over here, whenever there are new ones."),
            is_upload=True,
        ),
        Way(
            key="folder",
            kind="oneroster_csv",
            title=_("OneRoster CSV in a folder"),
            sentence=_("A folder of this server, in which files or dated zips arrive."),
            on_server=True,
        ),
        Way(
            key="simple-upload",
            kind="simple_csv",
            title=_("students.csv by upload"),
            sentence=_(
                "One row a student with their guardians, as any spreadsheet can write it. No roster server needed."
            ),
            is_upload=True,
        ),
        Way(
            key="simple-folder",
            kind="simple_csv",
            title=_("students.csv in a folder"),
            sentence=_("One row a student with their guardians, in a file of this server."),
            on_server=True,
        ),
        Way(
            key="guardians-sftp",
            kind="guardians_sftp",
            title=_("guardians.csv by SFTP"),
            sentence=_("Guardians in a file of their own, beside another source."),
        ),
        Way(
            key="guardians-upload",
            kind="guardians_csv",
            title=_("guardians.csv by upload"),
            sentence=_("Guardians in a file that you hand over here, beside another source."),
            is_upload=True,
        ),
        Way(
            key="guardians-folder",
            kind="guardians_csv",
            title=_("guardians.csv in a folder"),
            sentence=_("Guardians in a file of this server, beside another source."),
            on_server=True,
        ),
    )
    return tuple(way for way in found if with_server or not way.on_server)


def way_of(kind: str, *, is_upload: bool) -> Way:
    """The way of a source that is there."""
    return next(
        way
        for way in ways(with_server=True)
        if way.kind == kind and (way.is_upload == is_upload or not is_upload) and (is_upload or not way.is_upload)
    )
