"""What a school tells families, and whom it reached."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

__all__ = ["Announcement", "AnnouncementMail"]


class Announcement(models.Model):
    """One announcement to the families of a district, of one ``school``, or of one ``classroom`` (which has its school
    here, too). It is never changed once it is sent."""

    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="announcements", db_index=False)
    school = models.ForeignKey(
        "store.School", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="announcements"
    )
    classroom = models.ForeignKey(
        "store.Classroom",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="announcements",
    )
    title = models.TextField()
    text = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    objects: ClassVar[models.Manager[Announcement]] = models.Manager()

    class Meta:
        db_table = "announcement"
        indexes: ClassVar = [models.Index(fields=["district", "-created_at"], name="announcement_newest")]

    def __str__(self) -> str:
        return f"announcement {self.pk}"


class AnnouncementMail(models.Model):
    """One announcement for one person on behalf of one ``student``; a person with several children in the audience has
    one mail and a row a child, of which the first (``is_lead``) is the mail.

    ``state``: waiting, sent, failed (given up after ``tries``) or unreachable (no address when it was written). The
    address is looked up when it is sent. ``error`` is the class of what went wrong, never what the other server said.
    """

    announcement = models.ForeignKey("store.Announcement", models.CASCADE, related_name="mails")
    district = models.ForeignKey("store.District", models.DO_NOTHING, related_name="+", db_index=False)
    person = models.ForeignKey(
        "store.Person", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="announcement_mails"
    )
    student = models.ForeignKey(
        "store.Student", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="announcement_mails"
    )
    is_lead = models.BooleanField()
    state = models.TextField()
    tries = models.PositiveIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(default="", db_default="")
    sent_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[AnnouncementMail]] = models.Manager()

    class Meta:
        db_table = "announcement_mail"
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state="waiting", is_lead=True),
                name="announcement_mail_waiting",
            ),
            # what reached a child's family
            models.Index(fields=["district", "student"], name="announcement_mail_student"),
            models.Index(fields=["district", "person"], name="announcement_mail_person"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "person", "student"], name="announcement_mail_key"),
        ]

    def __str__(self) -> str:
        return f"announcement mail {self.pk}"
