"""The usual models of a roster: a row an object, a unique sourcedId, foreign keys, a digest of what was received."""

from __future__ import annotations

from typing import Any

from django.db import models

__all__ = ["MODELS", "Enrollment", "Person", "SchoolClass", "Student"]


class Row(models.Model):
    """``row_hash`` is used by the bulk way only."""

    sourced_id = models.CharField(max_length=255, unique=True)
    active = models.BooleanField(default=True)
    row_hash = models.CharField(max_length=64, default="")

    objects: Any = models.Manager()

    class Meta:
        abstract = True


class Student(Row):
    """A user whose role is student."""

    given_name = models.CharField(max_length=255)
    family_name = models.CharField(max_length=255)
    identifier = models.CharField(max_length=255)
    grade = models.CharField(max_length=16)
    email = models.CharField(max_length=255)

    class Meta:
        app_label = "peers"


class Person(Row):
    """Any other user."""

    given_name = models.CharField(max_length=255)
    family_name = models.CharField(max_length=255)
    role = models.CharField(max_length=64)
    email = models.CharField(max_length=255)
    sms = models.CharField(max_length=64)
    phone = models.CharField(max_length=64)

    class Meta:
        app_label = "peers"


class SchoolClass(Row):
    """A class."""

    title = models.CharField(max_length=255)
    school = models.CharField(max_length=255, db_index=True)
    grade = models.CharField(max_length=64)
    subject = models.CharField(max_length=255)
    location = models.CharField(max_length=255)

    class Meta:
        app_label = "peers"


class Enrollment(Row):
    """A student, or a person, in a class."""

    school_class = models.ForeignKey(SchoolClass, on_delete=models.CASCADE, related_name="enrollments")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, null=True, related_name="enrollments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="enrollments")
    role = models.CharField(max_length=64)
    is_primary = models.BooleanField()
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        app_label = "peers"


MODELS: tuple[type[Row], ...] = (Student, Person, SchoolClass, Enrollment)
"""In the order in which their tables are made."""
