/* Widgets that are not ours, so that a screen reader names them: Django's tooltips, dates with a time, tables and Select2. */
"use strict";
window.addEventListener("load", () => {
  for (const tip of document.querySelectorAll("span.help-tooltip[aria-label]")) {
    tip.setAttribute("role", "img");
  }

  for (const input of document.querySelectorAll("p.datetime input")) {
    const word = input.previousSibling === null ? "" : input.previousSibling.textContent.trim();
    const label = input.closest(".form-row").querySelector("legend, label");
    input.setAttribute("aria-label", `${label === null ? "" : label.textContent.trim()} ${word}`.trim());
  }

  for (const heading of document.querySelectorAll("thead th:empty")) {
    const cell = document.createElement("td");
    cell.className = heading.className;
    heading.replaceWith(cell);
  }

  for (const shown of document.querySelectorAll(".select2-selection__rendered[role=textbox]:not([aria-labelledby])")) {
    const select = shown.closest(".select2").previousElementSibling;
    if (select && select.labels && select.labels.length > 0) {
      const box = shown.closest("[role=combobox]");
      shown.removeAttribute("role");
      shown.removeAttribute("aria-readonly");
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", `${select.labels[0].textContent.trim()} ${shown.textContent.trim()}`);
    }
  }
});
