/* The rules of a tab in place: added, duplicated, moved, deleted and taken back; all of it waits for the save.
   Without JavaScript there are numbers for the places, tick boxes, and buttons that save. */
"use strict";
{
  const LEFT_OUT = /-(id|campaign|source|position|DELETE|give_back)$/; // what a duplicate does not take
  const group = document.querySelector(".rules[data-inline-formset]");
  const said = document.querySelector(".rules-said");

  function cards() {
    return [...group.querySelectorAll(":scope > .rule:not(.empty-form)")];
  }

  function field(card, name) {
    return card.querySelector(`[name^="rules-"][name$="-${name}"]`);
  }

  function title(card) {
    return card.querySelector(".rule-head > h3").textContent.trim();
  }

  function renumber() {
    cards().forEach((card, place, all) => {
      const number = field(card, "position");
      if (number) {
        number.value = place + 1;
      }
      for (const button of card.querySelectorAll("[data-move]")) {
        const other = place + Number(button.dataset.move);
        button.setAttribute("aria-disabled", String(other < 0 || other >= all.length));
      }
    });
  }

  function move(button, card) {
    const all = cards();
    const place = all.indexOf(card) + Number(button.dataset.move);
    if (place < 0 || place >= all.length) {
      return;
    }
    (place < all.indexOf(card) ? all[place].before : all[place].after).call(all[place], card);
    renumber();
    button.focus(); // what is moved in the document loses it
    const words = { rule: title(card), place: place + 1, count: all.length };
    said.textContent = group.dataset.moved.replace(/\{(\w+)\}/g, (_all, name) => words[name]);
  }

  // a tick box, as a button that can be taken back
  function tick(button, card) {
    const box = field(card, button.dataset.tick);
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    show(card);
    button.focus();
  }

  function show(card) {
    const buttons = [...card.querySelectorAll("[data-tick]")];
    const ticked = buttons.find((button) => field(card, button.dataset.tick).checked);
    card.classList.toggle("is-going", ticked !== undefined);
    for (const button of buttons) {
      button.dataset.word ||= button.textContent;
      button.textContent = button === ticked ? button.dataset.undo : button.dataset.word;
      button.hidden = ticked !== undefined && button !== ticked;
    }
  }

  function fill(copy, original) {
    for (const from of original.querySelectorAll("input, select, textarea")) {
      const name = from.name.replace(/^rules-\d+/, "");
      if (!name || LEFT_OUT.test(name)) {
        continue;
      }
      const same = [...copy.querySelectorAll(`[name$="${name}"]`)];
      const to = from.type === "checkbox" ? same.find((box) => box.value === from.value) : same[0];
      if (!to) {
        continue;
      }
      to.value = from.value;
      to.checked = from.checked;
      to.dispatchEvent(new Event("input", { bubbles: true }));
      to.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function duplicate(card) {
    const before = new Set(cards());
    group.querySelector(".add-row a").click(); // Django's own: it counts the forms
    const copy = cards().find((other) => !before.has(other));
    if (!copy) {
      return;
    }
    fill(copy, card);
    card.after(copy);
    renumber();
    const name = field(copy, "name");
    name.value = name.value && group.dataset.copy.replace("{name}", name.value);
    meet(copy);
    name.select();
  }

  function meet(card) {
    card.querySelector(".rule-body").open = true;
    field(card, "name").focus();
    card.scrollIntoView({ block: "nearest" });
  }

  function prepare(card) {
    for (const button of card.querySelectorAll("[data-move], [data-tick]")) {
      button.hidden = false;
    }
    for (const button of card.querySelectorAll("button[name$='-duplicate']")) {
      button.type = "button"; // in place, and not with a save
    }
  }

  function byPlace(one, other) {
    return Number(field(one, "position")?.value) - Number(field(other, "position")?.value);
  }

  if (group) {
    group.classList.add("is-live");
    group.querySelectorAll(":scope > .rule").forEach(prepare);
    cards().sort(byPlace).forEach((card) => group.insertBefore(card, group.querySelector(":scope > .empty-form")));
    cards().forEach(show);
    renumber();
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const card = button?.closest(".rule");
      if (button?.dataset.move) {
        move(button, card);
      } else if (button?.dataset.tick) {
        tick(button, card);
      } else if (button?.name.endsWith("-duplicate")) {
        duplicate(card);
      }
    });
    document.addEventListener("formset:added", (event) => {
      if (group.contains(event.target)) {
        renumber();
        meet(event.target);
      }
    });
  }
}
