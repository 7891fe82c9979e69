"""Small OneRoster bundles to bend. All people are invented."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["FILES_11", "FILES_12", "as_zip", "manifest", "write"]

FILES_11: dict[str, str] = {
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    "t1,,,Fall,semester,2026-08-17,2027-01-15,,2027\n",
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "d1,,,Maple Valley,district,,\ns1,,,Cedar Middle School,school,0417,d1\n",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
    "subjectCodes\nk1,,,,Mathematics 6,M6,06,d1,,\n",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
    "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n"
    "c1,,,Math 6,06,k1,,scheduled,Room 4,s1,t1,Math,,1\n",
    "users": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    "00417,,,true,s1,student,alva,,Alva,Lindqvist,,417,,,,g1,06,\n"
    't9,,,true,"s1,d1",teacher,bo,,Bo,Okafor,,,bo@example.org,,,,,\n'
    "g1,,,true,s1,guardian,cy,,Cy,Lindqvist,,,cy@example.org,,,00417,,\n",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate\ne1,,,c1,s1,00417,student,,,\ne2,,,c1,s1,t9,teacher,true,,\n",
}

FILES_12: dict[str, str] = {
    **FILES_11,
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,"
    "preferredFamilyName,primaryOrgSourcedId,pronouns\n"
    "00417,,,true,alva,,Alva,Lindqvist,,417,,,,,06,,,,,,s1,\n"
    "t9,,,true,bo,,Bo,Okafor,,,,,,,,,,,,,s1,\n",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId\nr1,,,00417,primary,student,,,s1,\nr2,,,t9,primary,teacher,,,s1,\n",
}

_NAMES_11 = (
    "academicSessions categories classes classResources courses courseResources demographics enrollments lineItems "
    "orgs resources results users"
).split()
_NAMES_12 = (
    *_NAMES_11,
    *"lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales roles".split(),
    *"scoreScales userProfiles userResources".split(),
)


def manifest(version: str, modes: Mapping[str, str]) -> str:
    """A manifest.csv that declares every file of ``version``; files not in ``modes`` are absent."""
    names = _NAMES_12 if version.startswith("1.2") else _NAMES_11
    lines = [f"file.{name},{modes.get(name, 'absent')}" for name in names]
    return "\n".join(["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}", *lines, ""])


def write(
    folder: Path,
    *,
    version: str = "1.1",
    change: Mapping[str, str | bytes | None] | None = None,
    modes: Mapping[str, str] | None = None,
    with_manifest: bool = True,
) -> Path:
    """A bundle in ``folder``: the sample files with ``change`` (name without .csv → new content, None = left out)."""
    contents: dict[str, str | bytes | None] = {
        **(FILES_12 if version.startswith("1.2") else FILES_11),
        **(change or {}),
    }
    present = {name: content for name, content in contents.items() if content is not None}
    if with_manifest and "manifest" not in present:
        known = [name for name in present if name in _NAMES_12]
        present["manifest"] = manifest(version, {**dict.fromkeys(known, "bulk"), **(modes or {})})
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in present.items():
        (folder / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def as_zip(folder: Path, target: Path, prefix: str = "") -> Path:
    """The files of ``folder`` as a zip, each name behind ``prefix``."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, prefix + file.name)
    return target
