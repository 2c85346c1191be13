/* Django's fields that look for a row as one types have no name for those who listen: they get their label's. */
"use strict";
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const chooser = select.nextElementSibling?.querySelector("[role='combobox']");
    if (!label || !chooser) {
      continue;
    }
    label.id ||= `${select.id}_label`;
    const chosen = chooser.querySelector("[role='textbox']");
    chosen?.setAttribute("aria-labelledby", label.id);
    chooser.setAttribute("aria-labelledby", chosen?.id ? `${label.id} ${chosen.id}` : label.id);
  }
});
