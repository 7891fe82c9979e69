"""The pages and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from rollbook.web.access import views as access
from rollbook.web.acts import views as acts
from rollbook.web.announcements import views as announcements
from rollbook.web.attributes import views as attributes
from rollbook.web.audit import views as audit
from rollbook.web.backpack import views as backpack
from rollbook.web.bulk import views as bulk
from rollbook.web.classroom import views as classroom
from rollbook.web.clean_up import views as clean_up
from rollbook.web.connections import views as connections
from rollbook.web.directory import views as directory
from rollbook.web.districts import views as districts
from rollbook.web.duplicates import views as duplicates
from rollbook.web.findings import views as findings
from rollbook.web.gallery import views as gallery
from rollbook.web.home import views as home
from rollbook.web.interactions import views as interactions
from rollbook.web.launch import views as launch
from rollbook.web.match_classrooms import views as match_classrooms
from rollbook.web.match_schools import views as match_schools
from rollbook.web.offer import views as offer
from rollbook.web.operators import views as operators
from rollbook.web.person import views as person
from rollbook.web.preview import views as preview
from rollbook.web.progress import views as progress
from rollbook.web.runs import views as runs
from rollbook.web.school import views as school
from rollbook.web.self_check import views as self_check
from rollbook.web.set_up import views as set_up
from rollbook.web.sign_in import views as sign_in
from rollbook.web.single_sign_on import views as single_sign_on
from rollbook.web.student import views as student
from rollbook.web.sync_settings import views as sync_settings
from rollbook.web.trends import views as trends
from rollbook.web.undo import views as undo

urlpatterns: list[URLPattern | URLResolver] = [
    path("", districts.districts, name="districts"),
    path("components/", gallery.gallery, name="gallery"),
    path("healthz", operators.healthz, name="healthz"),
    path("readyz", operators.readyz, name="readyz"),
    path("metrics", operators.metrics, name="metrics"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/<str:secret>/", sign_in.by_link, name="sign-in-link"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("d/<slug:slug>/access/", access.access, name="access"),
    path("d/<slug:slug>/access.csv", access.access_csv, name="access-csv"),
    path("d/<slug:slug>/access/grant/", access.grant, name="access-grant"),
    path("d/<slug:slug>/access/revoke/", access.revoke, name="access-revoke"),
    path("audit/", audit.installation_audit, name="installation-audit"),
    path("audit.csv", audit.installation_csv, name="installation-audit-csv"),
    path("d/<slug:slug>/audit/", audit.district_audit, name="audit"),
    path("d/<slug:slug>/audit.csv", audit.audit_csv, name="audit-csv"),
    path("d/<slug:slug>/", home.home, name="home"),
    path("sso/<int:number>/", single_sign_on.begin, name="sso-begin"),
    path("sso/<int:number>/callback/", single_sign_on.callback, name="sso-callback"),
    path("d/<slug:slug>/sso/", single_sign_on.apps, name="sso"),
    path("d/<slug:slug>/sso/add/", single_sign_on.edit, name="sso-add"),
    path("d/<slug:slug>/sso/<int:number>/", single_sign_on.edit, name="sso-edit"),
    path("d/<slug:slug>/sso/<int:number>/test/", single_sign_on.try_out, name="sso-test"),
    path("d/<slug:slug>/sso/<int:number>/remove/", single_sign_on.remove, name="sso-remove"),
    path("d/<slug:slug>/schools/", directory.schools, name="schools"),
    path("d/<slug:slug>/students/", directory.students, name="students"),
    path("d/<slug:slug>/students.csv", directory.students_csv, name="students-csv"),
    path("d/<slug:slug>/staff/", directory.staff, name="staff"),
    path("d/<slug:slug>/staff.csv", directory.staff_csv, name="staff-csv"),
    path("d/<slug:slug>/classrooms/", directory.classrooms, name="classrooms"),
    path("d/<slug:slug>/classrooms.csv", directory.classrooms_csv, name="classrooms-csv"),
    path("d/<slug:slug>/classrooms/<int:number>/", classroom.classroom, name="classroom"),
    path("d/<slug:slug>/classrooms/<int:number>/why/", classroom.why, name="classroom-why"),
    path("d/<slug:slug>/people/<int:number>/", person.person, name="person"),
    path("d/<slug:slug>/people/<int:number>/why/", person.why, name="person-why"),
    path("d/<slug:slug>/schools/<int:number>/", school.school, name="school"),
    path("d/<slug:slug>/bulk/<str:name>/", bulk.bulk, name="bulk"),
    path("d/<slug:slug>/columns/<str:name>/", directory.columns, name="columns"),
    path("d/<slug:slug>/acts/", acts.acts, name="acts"),
    path("d/<slug:slug>/acts/<int:number>/", acts.act, name="act"),
    path("d/<slug:slug>/students/<int:number>/", student.student, name="student"),
    path("d/<slug:slug>/students/<int:number>/why/", student.why, name="student-why"),
    path("d/<slug:slug>/students/<int:number>/backpack/", backpack.backpack, name="backpack"),
    path("d/<slug:slug>/students/<int:number>/backpack/<int:item>/", backpack.open_file, name="backpack-file"),
    path("d/<slug:slug>/students/<int:number>/backpack/<int:item>/out/", backpack.take_out, name="backpack-out"),
    path("d/<slug:slug>/students/<int:number>/backpack/<int:item>/back/", backpack.bring_back, name="backpack-back"),
    path("d/<slug:slug>/students/<int:number>/interactions/", interactions.log, name="interactions"),
    path(
        "d/<slug:slug>/students/<int:number>/interactions/<int:entry>/done/",
        interactions.done,
        name="interaction-done",
    ),
    path(
        "d/<slug:slug>/students/<int:number>/interactions/<int:entry>/remove/",
        interactions.remove,
        name="interaction-remove",
    ),
    path("d/<slug:slug>/students/<int:number>/attributes/", attributes.of_student, name="student-attributes"),
    path("d/<slug:slug>/follow-ups/", interactions.follow_ups, name="follow-ups"),
    path("d/<slug:slug>/attributes/", attributes.kinds, name="attributes"),
    path("d/<slug:slug>/attributes/upload/", attributes.upload, name="attributes-upload"),
    path("d/<slug:slug>/attributes/<int:number>/withdraw/", attributes.withdraw, name="attribute-withdraw"),
    path("d/<slug:slug>/student_attributes.csv", attributes.attributes_csv, name="attributes-csv"),
    path("d/<slug:slug>/announcements/", announcements.announcements, name="announcements"),
    path("d/<slug:slug>/announcements/write/", announcements.write, name="announcement-write"),
    path("d/<slug:slug>/announcements/<int:number>/", announcements.announcement, name="announcement"),
    path("d/<slug:slug>/announcements/<int:number>/people.csv", announcements.people_csv, name="announcement-csv"),
    path("d/<slug:slug>/announcements/<int:number>/again/", announcements.again, name="announcement-again"),
    path("d/<slug:slug>/duplicates/", duplicates.pairs, name="duplicates"),
    path("d/<slug:slug>/duplicates/look/", duplicates.look, name="duplicates-look"),
    path("d/<slug:slug>/duplicates/certain/", duplicates.certain, name="duplicates-certain"),
    path("d/<slug:slug>/duplicates/<int:left>-<int:right>/", duplicates.pair, name="duplicate"),
    path(
        "d/<slug:slug>/duplicates/<int:left>-<int:right>/different/", duplicates.different, name="duplicate-different"
    ),
    path("d/<slug:slug>/runs/", runs.runs, name="runs"),
    path("d/<slug:slug>/runs/trends/", trends.trends, name="trends"),
    path("d/<slug:slug>/runs/trends.csv", trends.trends_csv, name="trends-csv"),
    path("d/<slug:slug>/set-up/", set_up.set_up, name="set-up"),
    path("d/<slug:slug>/clean-up/", clean_up.clean_up, name="clean-up"),
    path("d/<slug:slug>/sources/add/", connections.choose, name="source-choose"),
    path("d/<slug:slug>/sources/add/<slug:key>/", connections.add, name="source-add"),
    path("d/<slug:slug>/sources/<int:number>/", connections.source, name="source"),
    path("d/<slug:slug>/sources/<int:number>/change/", connections.change, name="source-change"),
    path("d/<slug:slug>/sources/<int:number>/test/", connections.test, name="source-test"),
    path("d/<slug:slug>/sources/<int:number>/upload/", connections.upload, name="source-upload"),
    path("d/<slug:slug>/sources/<int:number>/remove/", connections.remove, name="source-remove"),
    path("d/<slug:slug>/sources/<int:number>/check/", self_check.check, name="check"),
    path("d/<slug:slug>/sources/<int:number>/check/ask/", self_check.ask, name="check-ask"),
    path("d/<slug:slug>/sources/<int:number>/check/<slug:key>/", self_check.rows, name="check-rows"),
    path("d/<slug:slug>/sources/<int:number>/check/<slug:key>.csv", self_check.rows_csv, name="check-rows-csv"),
    path("d/<slug:slug>/sources/<int:number>/schools/", match_schools.match_schools, name="match-schools"),
    path("d/<slug:slug>/sources/<int:number>/schools/choose/", match_schools.choose, name="match-schools-choose"),
    path("d/<slug:slug>/sources/<int:number>/schools/settle/", match_schools.settle, name="match-schools-settle"),
    path("d/<slug:slug>/sources/<int:number>/schools.csv", match_schools.sheet, name="match-schools-csv"),
    path("d/<slug:slug>/sources/<int:number>/classrooms/", match_classrooms.match_classrooms, name="match-classrooms"),
    path(
        "d/<slug:slug>/sources/<int:number>/classrooms/<int:classroom>/",
        match_classrooms.pick,
        name="match-classrooms-pick",
    ),
    path(
        "d/<slug:slug>/sources/<int:number>/classrooms/settle/", match_classrooms.settle, name="match-classrooms-settle"
    ),
    path("d/<slug:slug>/sources/<int:number>/classrooms.csv", match_classrooms.sheet, name="match-classrooms-csv"),
    path("d/<slug:slug>/sources/<int:number>/offer/read/", offer.read, name="offer-read"),
    path("d/<slug:slug>/sources/<int:number>/offer/undo/", offer.undo, name="offer-undo"),
    path("d/<slug:slug>/sources/<int:number>/settings/", sync_settings.settings, name="settings"),
    path("d/<slug:slug>/sources/<int:number>/launch/", launch.launch, name="launch"),
    path("d/<slug:slug>/sources/<int:number>/run/", runs.run_now, name="run-now"),
    path("d/<slug:slug>/at-work/", progress.at_work, name="at-work"),
    path("d/<slug:slug>/runs/<int:number>/progress/", progress.run_progress, name="run-progress"),
    path("d/<slug:slug>/runs/<int:number>/cancel/", runs.cancel, name="cancel"),
    path("d/<slug:slug>/runs/<int:number>/", runs.run, name="run"),
    path("d/<slug:slug>/runs/<int:number>/report.<str:form>", runs.download, name="report"),
    path("d/<slug:slug>/runs/<int:number>/preview/", preview.preview, name="preview"),
    path("d/<slug:slug>/runs/<int:number>/records/", preview.records, name="records"),
    path("d/<slug:slug>/runs/<int:number>/records.csv", preview.records_csv, name="records-csv"),
    path("d/<slug:slug>/runs/<int:number>/findings/", findings.findings, name="findings"),
    path("d/<slug:slug>/runs/<int:number>/findings.csv", findings.findings_csv, name="findings-csv"),
    path("d/<slug:slug>/runs/<int:number>/holds/", preview.decide, name="decide"),
    path("d/<slug:slug>/runs/<int:number>/apply/", preview.apply, name="apply"),
    path("d/<slug:slug>/runs/<int:number>/undo/", undo.undo, name="undo"),
]
