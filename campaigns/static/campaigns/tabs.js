/* Sections of a page as tabs. Without JavaScript they stand below each other. The open one is kept in the address. */
"use strict";
{
  const panels = [...document.querySelectorAll("section.tab")];
  const buttons = [];

  function errors(panel) {
    const lists = [...panel.querySelectorAll("ul.errorlist")].filter((list) => !list.closest(".empty-form"));
    return lists.reduce((count, list) => count + list.children.length, 0);
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

  // the address names a tab, or something that stands in one
  function named() {
    const part = document.getElementById(location.hash.slice(1));
    return panels.findIndex((panel) => `#${panel.dataset.tab}` === location.hash || (part && panel.contains(part)));
  }

  function bringIntoView() {
    const part = document.getElementById(location.hash.slice(1));
    if (!part?.closest("section.tab")) {
      return;
    }
    const folded = part.closest("details") || part.parentElement.querySelector(":scope > details");
    if (folded) {
      folded.open = true;
    }
    part.scrollIntoView({ block: "start" });
  }

  function follow() {
    if (named() >= 0) {
      open(named(), { keep: false });
      bringIntoView();
    }
  }

  function button(panel, place) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${panel.id}-button`;
    tab.textContent = panel.dataset.title;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.addEventListener("click", () => open(place, { keep: true }));
    const count = errors(panel);
    if (count) {
      const mark = document.createElement("span");
      mark.className = "tab-errors";
      mark.textContent = count;
      tab.append(" ", mark);
      tab.setAttribute("aria-label", `${panel.dataset.title}, ${panel.dataset.errors.replace("{count}", count)}`);
    }
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

    const wrong = panels.findIndex(errors);
    const asked = named();
    const first = asked >= 0 && (wrong < 0 || errors(panels[asked])) ? asked : Math.max(wrong, 0);
    open(first, { keep: false });
    if (first === asked) {
      bringIntoView();
    }
    window.addEventListener("hashchange", follow);

    // a save that comes back to this page comes back to this tab
    const form = panels[0].closest("form");
    form.addEventListener("submit", () => {
      const shown = panels.find((panel) => !panel.hidden);
      form.action = `${location.pathname}${location.search}#${shown.dataset.tab}`;
    });
  }
}
