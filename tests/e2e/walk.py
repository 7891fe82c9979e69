"""The nine steps as a rostering administrator takes them, each from the set-up page and back to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect
from tests.e2e.installation import PATIENCE, SEED, STUDENTS, Installation
from tests.e2e.keyboard import Keyboard
from tests.e2e.look import Lookout

from rollbook.sandbox.server.console_page import label
from rollbook.sandbox.server.credentials import credentials
from rollbook.sandbox.server.people import for_sign_in
from rollbook.sandbox.server.world import World

__all__ = ["Walk"]


@dataclass(slots=True)
class Walk:
    """One person at a browser. ``slug``: the district, which has nothing yet."""

    installation: Installation
    lookout: Lookout
    keys: Keyboard
    slug: str
    with_axe: bool = True

    def sign_in(self) -> None:
        """By the link that the terminal printed, to the district, which is empty, and from there to its set-up page."""
        self.keys.page.goto(f"{self.installation.link()}?next=/d/{self.slug}/")
        self.look()
        self.keys.push("Sign in")
        self.look("empty")
        self.keys.follow("Begin the set-up")
        self.look("empty")

    def step(self, number: int, title: str) -> None:
        """The step is open on the set-up page."""
        self.home()
        self.keys.open(re.compile(rf"^{number} {title}"))

    def all_done(self) -> None:
        """A clean directory: every step is done, but for signing in, where there is no vendor to sign in at."""
        self.home()
        words = self.keys.page.locator("details.step summary").all_inner_texts()
        assert len(words) == 9
        assert [word for word in words if not word.strip().endswith("done")][1:] == []

    def home(self) -> None:
        """The set-up page, by the rail."""
        if not self.keys.page.url.partition("#")[0].endswith("/set-up/"):
            self.keys.follow("Set-up")

    def connect(self, way: str, vendor: str, **more: str) -> None:
        """Step 1: the source is added by its form, with what the sandbox's console says to type, and its test passes."""
        self.step(1, "Rostering app")
        self.keys.follow("Add a source")
        self.look()
        self.keys.follow(way)
        self.keys.open("Seldom changed")
        self.look()
        typed = {label(name): value for name, value in self.installation.sandbox["keys"][vendor].items()}
        for field, value in {**typed, **more}.items():
            self.keys.write(re.compile(rf"^{field}( needed)?$"), value)
        self.keys.push("Add and test")
        self.until(re.compile("^It works:"))
        self.look("tested")
        self.is_done(1, "Rostering app")

    def match_schools(self) -> None:
        """Step 3: what is here already is matched as suggested, the others are made."""
        self.step(3, "Match schools")
        self.keys.follow(re.compile("^Match the schools of"))
        self.read_source()
        self.look()
        while self.keys.page.get_by_role("button", name=re.compile(r"^Match \d+ schools?:")).count():
            self.keys.push(re.compile(r"^Match \d+ schools?:"))
            self.says("Undo")
        self.keys.push(re.compile(r"^Make the \d+ missing schools?"))
        self.look("matched")
        self.is_done(3, "Match schools")

    def read_source(self) -> None:
        """What the source shares is known: a worker has read it, now if not before."""
        page = self.keys.page
        if page.get_by_role("button", name="Read the source", exact=True).count():
            self.look("unread")
            self.keys.push("Read the source")
        while page.get_by_role("link", name="Look again").count():
            self.keys.follow("Look again")
        self.says("In sum")

    def settle_classrooms(self, *, taken: str, archived: str) -> None:
        """Step 4: one classroom that was here is taken over, one archived; without them there is nothing to do."""
        if not taken:
            self.is_done(4, "Existing classrooms")
            return
        self.step(4, "Existing classrooms")
        self.keys.follow(re.compile("^Settle the existing classrooms of"))
        self.look()
        self.keys.push(f"Take {taken} over")
        self.says("Undo")
        self.keys.tick(f"Pick {archived}")
        self.keys.push("Archive")
        self.says("Undo")
        self.look("settled")
        self.is_done(4, "Existing classrooms")

    def check(self) -> None:
        """Step 6: the self-check runs on a fresh reading, and says what it found."""
        self.step(6, "Self-check")
        self.keys.follow(re.compile("^Self-check of"))
        self.look("unchecked")
        self.keys.push("Check now")
        self.until(re.compile("^Checked on"))
        self.look("checked")

    def check_results(self) -> None:
        """Step 8: the report, the directory, and the first student of it, with the keys of a list."""
        self.step(8, "Check the results")
        self.keys.follow(re.compile("^Report of run"))
        self.look()
        self.step(8, "Check the results")
        self.keys.follow("Look at the directory")
        self.look()
        if self.with_axe:
            self.keys.press("j")
            self.keys.go()
            self.says("Why is it so?")
            self.look()
        self.is_done(8, "Check the results")

    def clean_up(self, loose: int) -> None:
        """Step 9: whoever no source knows is archived, brought back by Undo, and archived again."""
        if loose:
            self.archive(loose)
            self.keys.push("Undo")
            self.look("undone")
            self.archive(loose)
        self.is_done(9, "Clean up")

    def archive(self, loose: int) -> None:
        """They are archived, after a look at how many, with a reason."""
        self.step(9, "Clean up")
        self.keys.follow("Clean up")
        self.look()
        self.keys.follow("Archive them: preview")
        self.look()
        self.keys.write(re.compile("^Why"), "left before the sync")
        self.keys.push(re.compile(rf"^Archive {loose} students?"))
        self.says(re.compile(rf"{loose} students? (was |were )?archived"))
        self.look("archived")

    def settle(self) -> None:
        """Step 5: whatever the day is on which the tests run, classes of the sandbox's school year take part."""
        self.step(5, "Sync settings")
        self.keys.follow(re.compile("^Settings of"))
        self.look()
        self.keys.choose(re.compile("^Academic sessions"), "all")
        self.keys.push("See the effect")
        self.until("No reading of this source is kept")
        self.look("with its effect")
        self.keys.push("Save the settings")
        self.is_done(5, "Sync settings")

    def launch(self) -> None:
        """Step 7: every change is looked at before it happens; then it happens, and goes on every day."""
        self.step(7, "Enable and launch")
        self.keys.follow(re.compile("^Plan the first run"))
        self.look()
        self.keys.push("Plan the first run")
        self.until(re.compile("The first run would create"))
        self.look("planned")
        self.keys.follow("Look at every change")
        self.look()
        self.keys.page.go_back()
        self.keys.push(re.compile("^Launch: create"))
        self.until("Launched:")
        self.look("launched")
        self.keys.push("Switch the daily run on")
        self.says(re.compile("^It runs every day"))
        self.is_done(7, "Enable and launch")

    def sign_on(self) -> None:
        """Step 2: the app that people sign in with is added, and tried by going to the vendor and back as a teacher."""
        keys, base = credentials(SEED), self.installation.sandbox["urls"]["classlink"]
        people = for_sign_in(World(students=STUDENTS, seed=SEED).frames()[0])
        teacher = next(name for _id, name, role in people if role == "teacher")
        self.step(2, "SSO app")
        self.keys.follow("Add an app for signing in")
        self.look("empty")
        self.keys.follow("Add an app")
        self.keys.write("District's id at the vendor", str(keys.classlink_tenant_id))
        self.keys.write("Client id", keys.classlink_sso_id)
        self.keys.write("Client secret", keys.classlink_sso_secret)
        self.keys.open(re.compile("^Addresses"))
        self.keys.write("Sign-in address, or issuer", base)
        self.keys.write("Address that says who signed in", base)
        self.look()
        self.keys.push("Keep it")
        self.look("kept")
        self.keys.follow("Single sign-on")
        self.keys.follow("Test signing in at ClassLink")
        self.keys.push(f"Sign in as {teacher}")
        self.says(f"It works: the roster knows who signed in there as {teacher}.")
        self.look("tested")
        self.is_done(2, "SSO app")

    def is_done(self, number: int, title: str) -> None:
        """The set-up page says so."""
        self.home()
        said = self.keys.page.locator(f"#step-{number} summary").inner_text()
        assert re.search(rf"{title}\s+done", said), said

    def until(self, words: str | re.Pattern[str]) -> None:
        """The page says that by and by, without a key."""
        expect(self.keys.page.get_by_text(words).first).to_be_visible(timeout=PATIENCE * 1000)

    def look(self, state: str = "") -> None:
        """What is open is looked at; without JavaScript by whoever walks, since axe is a script."""
        if self.with_axe:
            self.lookout.look(state)

    def says(self, words: str | re.Pattern[str]) -> Any:
        """The page says that."""
        expect(self.keys.page.get_by_text(words).first).to_be_visible()
