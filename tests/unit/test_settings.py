"""Settings as people write them: what is legal, what is refused with which words, what comes back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.core import settings
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy

LEGAL: list[tuple[str, str, Any]] = [
    ("daily_sync", "on", True),
    ("daily_sync", "False", False),
    ("manage_guardians", "no", False),
    ("start_time", "23:59", "23:59"),
    ("deletion_threshold", "0", 0),
    ("deletion_threshold", "100", 100),
    ("look_ahead_days", "30", 30),
    ("student_id_shown", "student id", "STUDENT ID"),
    ("archived_students", "keep", "keep"),
    ("classes", "homeroom", "homeroom"),
    ("guardian_relationships", "parent, relative", ("parent", "relative")),
    ("class_grades", "KG,01,Other", ("KG", "01", "Other")),
    ("chosen_sessions", "S1,S2,S1", ("S1", "S2")),
    ("class_name_contains", "AP", "AP"),
    ("school_deletion_thresholds", "0012=20; 40=5", {"0012": 20, "40": 5}),
    ("field_owners", "email=person;student.grade=school", {"email": "person", "student.grade": "school"}),
    ("pause_until", "2026-12-31", dt.date(2026, 12, 31)),
    ("pause_until", "", None),
    ("blackouts", "2026-12-21..2027-01-01, 2027-03-15", ("2026-12-21..2027-01-01", "2027-03-15")),
    ("blackouts", "2027-03-15..2027-03-15", ("2027-03-15",)),
    ("deletion_threshold", "", 10),
]

REFUSED: list[tuple[str, str, str]] = [
    ("daily_sync", "maybe", "on or off"),
    ("start_time", "24:00", "a time of day such as 03:00"),
    ("blackouts", "2027-01-01..2026-12-21", "first day comes first"),
    ("blackouts", "Christmas", "a date such as 2026-09-01"),
    ("deletion_threshold", "101", "from 0 to 100"),
    ("deletion_threshold", "-1", "from 0 to 100"),
    ("deletion_threshold", "ten", "from 0 to 100"),
    ("look_ahead_days", "400", "from 0 to 366"),
    ("classes", "homrooms", "all, homeroom"),
    ("guardian_relationships", "parent,uncle", "not uncle"),
    ("class_grades", "1", "KG, 01"),
    ("school_deletion_thresholds", "0012", "0012=20;0040=5"),
    ("school_deletion_thresholds", "0012=200", "from 0 to 100"),
    ("field_owners", "shoe=person", "not shoe"),
    ("field_owners", "email=nobody", "source, school, person"),
    ("pause_until", "31.12.2026", "2026-09-01"),
]


@pytest.mark.parametrize(("name", "text", "value"), LEGAL)
def test_a_legal_value_is_read_and_written_back(name: str, text: str, value: Any) -> None:
    parsed = settings.parse(name, text)
    assert parsed == value
    assert settings.parse(name, settings.written(parsed)) == value


@pytest.mark.parametrize(("name", "text", "words"), REFUSED)
def test_another_value_is_refused_with_the_legal_ones(name: str, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings.parse(name, text)
    assert words in error.value.hint
    assert name in error.value.message


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as error:
        settings.parse("deletion_treshold", "5")
    assert error.value.hint == "Did you mean deletion_threshold?"


def test_the_region_is_the_districts() -> None:
    with pytest.raises(ConfigError, match="belongs to the district"):
        settings.parse("region", "CA")


def test_every_setting_of_the_policy_can_be_set() -> None:
    assert {*settings.SETTINGS, "region"} == set(Policy.names())
    default = Policy()
    for name in settings.SETTINGS:
        assert settings.default_of(name) == getattr(default, name)
        assert settings.parse(name, settings.written(getattr(default, name))) == getattr(default, name)


@given(name=st.sampled_from(sorted(settings.SETTINGS)), text=st.text(max_size=30))
def test_any_text_is_a_value_or_a_config_error(name: str, text: str) -> None:
    try:
        value = settings.parse(name, text)
    except ConfigError:
        return
    assert settings.parse(name, settings.written(value)) == value
