"""A person without a mouse: every act is a key, and a key goes to what has the focus, seen as focused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

__all__ = ["Keyboard"]

_MOST = 600
_FOCUSED = r"""() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const clean = text => (text || "").replace(/\s+/g, " ").trim();
  const spoken = node => {
    if (node.nodeType === 3) return node.textContent;
    if (node.nodeType !== 1 || node.getAttribute("aria-hidden") === "true") return "";
    if (node.getAttribute("aria-label")) return node.getAttribute("aria-label");
    return [...node.childNodes].map(spoken).join(" ");
  };
  const ids = name => (e.getAttribute(name) || "").split(" ").filter(Boolean).map(id => document.getElementById(id));
  const labels = e.labels ? [...e.labels] : [];
  const parts = [
    ids("aria-labelledby").map(spoken).join(" "), e.getAttribute("aria-label"), labels.map(spoken).join(" "),
    e.tagName === "INPUT" ? (["submit", "button"].includes(e.type) ? e.value : "") : e.tagName === "SELECT" ? "" : spoken(e),
    e.getAttribute("title"), e.getAttribute("placeholder"),
  ];
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const tag = e.tagName.toLowerCase();
  const type = e.getAttribute("type") || "";
  const roles = {a: "link", button: "button", summary: "button", select: "combobox", textarea: "textbox"};
  const fields = {checkbox: "checkbox", radio: "radio", submit: "button", button: "button", file: "file",
                  number: "spinbutton", search: "searchbox"};
  window.rollbookSeen = window.rollbookSeen || new WeakMap();
  if (!window.rollbookSeen.has(e)) window.rollbookSeen.set(e, (window.rollbookCount = (window.rollbookCount || 0) + 1));
  return {
    number: window.rollbookSeen.get(e),
    name: parts.map(clean).find(Boolean) || "",
    role: e.getAttribute("role") || (tag === "input" ? fields[type] || "textbox" : roles[tag] || tag),
    value: "value" in e ? String(e.value) : "",
    checked: Boolean(e.checked),
    expanded: tag === "summary" ? e.parentElement.open : null,
    shown: box.width > 0 && box.height > 0 && style.visibility !== "hidden",
    marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""


@dataclass(slots=True)
class Keyboard:
    """The hands. ``presses`` counts what a whole walk costs."""

    page: Page
    presses: int = field(default=0)

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.presses += 1

    def focused(self) -> dict[str, Any] | None:
        """What has the focus: its name as it is read out, its role, its value; None: nothing has."""
        found: dict[str, Any] | None = self.page.evaluate(_FOCUSED)
        return found

    def to(self, name: str | re.Pattern[str], role: str = "") -> dict[str, Any]:
        """Tab goes on until what has that name (all of it; or a pattern within it) and role has the focus. It can be seen,
        and that it is focused can be seen. Fails when a whole round has passed without it."""
        passed: list[str] = []
        first: int | None = None
        here = self.focused()
        for _ in range(_MOST):
            if here is not None:
                if _is(here, name, role):
                    assert here["shown"], f"{here['role']} {here['name']!r} has the focus and cannot be seen"
                    assert here["marked"], f"{here['role']} {here['name']!r} has the focus, and nothing shows it"
                    return here
                if first is None:
                    first = here["number"]
                elif here["number"] == first and len(passed) > 1:
                    break
                passed.append(f"{here['role']} {here['name']!r}")
            self.press("Tab")
            here = self.focused()
        raise AssertionError(f"{self.page.url}: no Tab leads to {role} {name!r}. Passed: " + "; ".join(passed))

    def follow(self, name: str | re.Pattern[str]) -> None:
        """A link, with Enter."""
        self.to(name, "link")
        self.go()

    def push(self, name: str | re.Pattern[str]) -> None:
        """A button, with Enter; what it sends has been answered."""
        self.to(name, "button")
        self.go()

    def open(self, name: str | re.Pattern[str]) -> None:
        """What is folded away is open."""
        if not self.to(name, "button")["expanded"]:
            self.press("Enter")

    def write(self, name: str | re.Pattern[str], text: str) -> None:
        """A field holds that text and nothing else."""
        self.to(name)
        self.press("Control+a")
        self.page.keyboard.type(text)
        self.presses += len(text)

    def choose(self, name: str | re.Pattern[str], option: str) -> None:
        """A list stands at that option: its first letters are typed, as in any list."""
        self.to(name, "combobox")
        self.page.keyboard.type(option)
        self.presses += len(option)
        chosen = self.page.evaluate("() => document.activeElement.selectedOptions[0].label")
        assert chosen.strip().startswith(option), f"{name}: {chosen}"

    def tick(self, name: str | re.Pattern[str], *, on: bool = True) -> None:
        """A box is ticked, or not."""
        if self.to(name, "checkbox")["checked"] is not on:
            self.press("Space")

    def pick(self, name: str | re.Pattern[str]) -> None:
        """One of several: Tab leads to the group, the arrows to the choice."""
        here = self.to(re.compile("."), "radio")
        first = here["number"]
        while not _is(here, name, "radio"):
            self.press("ArrowDown")
            here = self.focused() or here
            if here["number"] == first:
                self.press("Tab")
                here = self.to(re.compile("."), "radio")
                first = here["number"]
        if not here["checked"]:
            self.press("Space")

    def go(self, key: str = "Enter") -> None:
        """A key that leads to another page, or to the same one again."""
        self.page.evaluate("() => { window.rollbookLeft = true; }")
        self.press(key)
        self.page.wait_for_function("() => !window.rollbookLeft")
        self.page.wait_for_load_state("load")


def _is(here: dict[str, Any], name: str | re.Pattern[str], role: str) -> bool:
    if role and here["role"] != role:
        return False
    said = here["name"]
    return bool(name.search(said)) if isinstance(name, re.Pattern) else said == name
