// Keys, for those who like them; every page works without this file.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (event.key === "/") {
    const field = document.querySelector("[data-key='/']");
    if (field) { event.preventDefault(); field.focus(); }
    return;
  }
  const line = document.activeElement.closest("[data-rows] tr");
  if (event.key === "x" && line) {
    const box = line.querySelector("input.pick");
    if (box) { event.preventDefault(); box.click(); }
    return;
  }
  const pressed = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  if (pressed) { event.preventDefault(); pressed.click(); return; }
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll("[data-rows] a[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(line ? line.querySelector("a[data-row]") : document.activeElement);
  const next = event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
  rows[next].focus();
});

// How many are ticked, beside what can be done with them.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  const said = form && form.querySelector("[data-selected]");
  if (!said) return;
  const all = form.querySelector("[data-all]");
  const count = all && all.checked ? Number(all.dataset.all) : document.querySelectorAll("input.pick:checked").length;
  said.textContent = count ? `${count.toLocaleString(document.documentElement.lang)} ${said.dataset.selected}` : "";
});
