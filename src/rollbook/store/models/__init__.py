"""The directory and its history as tables, one noun a file. Data, not behaviour."""

from __future__ import annotations

from rollbook.store.models.academic_session import AcademicSession
from rollbook.store.models.access_grant import AccessGrant
from rollbook.store.models.act import Act
from rollbook.store.models.alarm import Alarm
from rollbook.store.models.announcement import Announcement, AnnouncementMail
from rollbook.store.models.audit_entry import AuditEntry
from rollbook.store.models.backpack import BackpackFile, BackpackItem
from rollbook.store.models.change_log import ChangeLog
from rollbook.store.models.classroom import Classroom
from rollbook.store.models.classroom_suggestion import ClassroomSuggestion
from rollbook.store.models.contact_method import ContactMethod
from rollbook.store.models.course import Course
from rollbook.store.models.district import District
from rollbook.store.models.district_role import DistrictRole
from rollbook.store.models.enrollment import Enrollment
from rollbook.store.models.examination import Examination
from rollbook.store.models.guardianship import Guardianship
from rollbook.store.models.hold import Hold
from rollbook.store.models.hold_decision import HoldDecision
from rollbook.store.models.interaction import Interaction
from rollbook.store.models.left_alone import LeftAlone
from rollbook.store.models.letter import Letter
from rollbook.store.models.merge import DuplicatePair, Merge
from rollbook.store.models.offer import Offer, OfferedClass, OfferedSchool
from rollbook.store.models.person import Person
from rollbook.store.models.preference import Preference
from rollbook.store.models.recipient import Recipient
from rollbook.store.models.school import School
from rollbook.store.models.sign_in import FailedSignIn, SignInLink
from rollbook.store.models.source_connection import SourceConnection
from rollbook.store.models.source_link import SourceLink
from rollbook.store.models.source_trouble import SourceTrouble
from rollbook.store.models.sso import SsoApp, SsoIdentity
from rollbook.store.models.staff_role import StaffRole
from rollbook.store.models.steady_plan import SteadyPlan
from rollbook.store.models.student import Student
from rollbook.store.models.student_attribute import AttributeKind, StudentAttribute
from rollbook.store.models.student_school import StudentSchool
from rollbook.store.models.sync_run import SyncRun

__all__ = [
    "AcademicSession",
    "AccessGrant",
    "Act",
    "Alarm",
    "Announcement",
    "AnnouncementMail",
    "AttributeKind",
    "AuditEntry",
    "BackpackFile",
    "BackpackItem",
    "ChangeLog",
    "Classroom",
    "ClassroomSuggestion",
    "ContactMethod",
    "Course",
    "District",
    "DistrictRole",
    "DuplicatePair",
    "Enrollment",
    "Examination",
    "FailedSignIn",
    "Guardianship",
    "Hold",
    "HoldDecision",
    "Interaction",
    "LeftAlone",
    "Letter",
    "Merge",
    "Offer",
    "OfferedClass",
    "OfferedSchool",
    "Person",
    "Preference",
    "Recipient",
    "School",
    "SignInLink",
    "SourceConnection",
    "SourceLink",
    "SourceTrouble",
    "SsoApp",
    "SsoIdentity",
    "StaffRole",
    "SteadyPlan",
    "Student",
    "StudentAttribute",
    "StudentSchool",
    "SyncRun",
]
