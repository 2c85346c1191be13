/* Sections of a page as tabs. Without JavaScript they stand below each other. The open one is kept in the address. */
"use strict";
{
  const panels = [...document.querySelectorAll("section.tab")];
  const buttons = [];

  function hasErrors(panel) {
    return panel.querySelector(".errorlist, .errors") !== null;
  }

  function open(place, { keep }) {
    panels.forEach((panel, other) => {
      panel.hidden = other !== place;
      buttons[other].setAttribute("aria-selected", String(other === place));
      buttons[other].tabIndex = other === place ? 0 : -1;
    });
    if (keep) {
      history.replaceState(null, "", `#${panels[place].dataset.tab}`);
    }
  }

  function named() {
    return panels.findIndex((panel) => `#${panel.dataset.tab}` === location.hash);
  }

  function button(panel, place) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${panel.id}-button`;
    tab.textContent = panel.dataset.title;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.classList.toggle("has-errors", hasErrors(panel));
    if (hasErrors(panel)) {
      tab.setAttribute("aria-label", `${panel.dataset.title} (!)`);
    }
    tab.addEventListener("click", () => open(place, { keep: true }));
    return tab;
  }

  function move(event) {
    const here = buttons.indexOf(document.activeElement);
    const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: panels.length - 1 };
    if (here < 0 || !(event.key in steps)) {
      return;
    }
    event.preventDefault();
    const place = (steps[event.key] + panels.length) % panels.length;
    open(place, { keep: true });
    buttons[place].focus();
  }

  if (panels.length > 1) {
    const list = document.createElement("div");
    list.className = "tabs";
    list.setAttribute("role", "tablist");
    panels.forEach((panel, place) => {
      buttons.push(button(panel, place));
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `${panel.id}-button`);
    });
    list.append(...buttons);
    list.addEventListener("keydown", move);
    panels[0].before(list);
    document.documentElement.classList.add("has-tabs");

    const wrong = panels.findIndex(hasErrors);
    const asked = named();
    const first = asked >= 0 && (wrong < 0 || hasErrors(panels[asked])) ? asked : Math.max(wrong, 0);
    open(first, { keep: false });
    window.addEventListener("hashchange", () => named() >= 0 && open(named(), { keep: false }));

    // a save that comes back to this page comes back to this tab
    const form = panels[0].closest("form");
    form.addEventListener("submit", () => {
      form.action = location.pathname + location.search + location.hash;
    });
  }
}
