"""The reference page of the generator, made from the code: ``python -m rollbook.sandbox.district.reference PAGE``."""

from __future__ import annotations

import sys
from pathlib import Path

from rollbook.sandbox.district.calendar import FIRST_DAY, LAST_DAY_NUMBER, YEAR_BEGINS, YEAR_ENDS
from rollbook.sandbox.district.mess import MESS
from rollbook.sandbox.district.mess.kinds import BOTH, Mess

__all__ = ["page"]

_TOP = f"""# The district generator

<!-- Generated: python -m rollbook.sandbox.district.reference docs/reference/generator.md -->

`rollbook generate OUT --students N --seed S` writes a believable, wholly invented school district as a OneRoster CSV
bundle. Equal arguments give equal bytes, on any machine, whatever is installed beside it.

| option | meaning |
|---|---|
| `OUT` | a folder, or a file that ends in `.zip`; an earlier bundle there is replaced, anything else refused |
| `--students N` | students on day 1; 60 or more make several schools |
| `--seed S` | which district; seed 1 is Maple Valley |
| `--day D` | 1 ({FIRST_DAY}) to {LAST_DAY_NUMBER}; every later day is one night of changes on |
| `--oneroster 1.1` or `1.2` | version of the files |
| `--zip` | write `OUT.zip` |
| `--delta` | only what the last night changed, as delta files: applied to the day before they give this day |
| `--mess CODES` | plant deviations: codes separated by commas, or `all`; listed in `planted.json` beside the bundle |
| `--list-mess` | list the codes |
| `--json` | one JSON object: `path`, `counts`, `planted` (code → number), `planted_file`, `left_out` (code → reason) |

From Python: `rollbook.sandbox.district.generate` and `delta`.

## What a district holds

- One school for about 600 students, elementary (K–5), middle (6–8) and high (9–12), at least one of each from 60
  students up; zones make schools feed each other and put brothers and sisters in the same ones.
- The school year {YEAR_BEGINS} to {YEAR_ENDS}, two semesters, four terms. Elementary classes run for the year,
  the others for both semesters.
- Seven classes a day for everybody: a homeroom with its subjects and specials in the elementary grades, seven scheduled
  periods above. Some eighth-graders take mathematics at the high school, so some students have two schools.
- About 2.6 users and 7.3 enrollments for each student: 100,000 students make some 258,000 users and 732,000
  enrollments.
- Families with one to four children and one to four adults. Some couples share an e-mail, some adults have none, some
  only a home phone. A few teachers are parents: two user records with the same name, e-mail and mobile number in 1.1,
  one user with two roles in 1.2. A few teachers stand at two schools.
- sourcedIds are text with leading zeros (`0000417`); student numbers are in `identifier`, state ids in `userIds`.
- E-mails end in `example.org` or `example.net`, phone numbers are of exchange 555. Passwords are never written.

## What a night changes

About 0.1 % of the students leave and as many come, 0.3 % change a class, a few names are corrected, 0.1 % of the
guardians have a new number or address, teachers are replaced, a class opens and a class closes: at least one of each in
the smallest district, while there is one to change. On day 3 a child who left on day 2 is back with the same sourcedId.

## What can be planted

`severity` and `category` are what a reader of the bundle is expected to say: a notice where nothing is lost, a warning
where a value is dropped or guessed, an error where a row is refused, fatal where the whole run is. *alone* means that
`all` leaves the code out. Demographics are not read unless asked for, so what is planted there shows only then.

"""


def page() -> str:
    """The whole page; a test holds the committed one equal to it."""
    lines = ["| code | what is planted | severity | category | expected effect | notes |", "|---|---|---|---|---|---|"]
    lines += [_row(mess) for mess in MESS.values()]
    return _TOP + "\n".join(lines) + "\n"


def _row(mess: Mess) -> str:
    notes = []
    if mess.versions != BOTH:
        notes.append(f"OneRoster {' and '.join(mess.versions)}")
    if mess.needs_zip:
        notes.append("needs a zip")
    if mess.alone:
        notes.append(f"alone: {mess.alone}")
    if mess.group:
        notes.append(f"one of the group *{mess.group}*")
    cells = (f"`{mess.code}`", mess.sentence, mess.severity.value, mess.category.value, mess.effect, "; ".join(notes))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
