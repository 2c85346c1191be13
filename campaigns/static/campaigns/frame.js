/* The menu of a narrow screen, and what opens over a page: closed by Escape and by a click beside it.
   Without JavaScript the menu opens as the target of its link, and a popover by its own summary. */
"use strict";
{
  const menu = document.getElementById("menu");
  const opener = document.querySelector(".menu-open");

  function openMenu() {
    menu.classList.add("is-open");
    opener.setAttribute("aria-expanded", "true");
    menu.querySelector("a").focus();
  }

  function closeMenu() {
    menu.classList.remove("is-open");
    opener.setAttribute("aria-expanded", "false");
  }

  function isOpen() {
    return menu !== null && menu.classList.contains("is-open");
  }

  if (menu && opener) {
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      if (isOpen()) {
        closeMenu();
      } else {
        openMenu();
      }
    });
    menu.querySelector(".menu-close").addEventListener("click", (event) => {
      event.preventDefault();
      closeMenu();
      opener.focus();
    });
  }

  const popovers = () => document.querySelectorAll("details[open]:has(> .popover)");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      return;
    }
    for (const details of popovers()) {
      details.open = false;
      details.querySelector("summary").focus();
    }
    if (isOpen()) {
      closeMenu();
      opener.focus();
    }
  });

  document.addEventListener("click", (event) => {
    for (const details of popovers()) {
      if (!details.contains(event.target)) {
        details.open = false;
      }
    }
    if (isOpen() && !menu.contains(event.target) && !opener.contains(event.target)) {
      closeMenu();
    }
  });

  // whoever goes on with Tab has left it
  document.addEventListener("focusin", (event) => {
    if (isOpen() && !menu.contains(event.target) && !opener.contains(event.target)) {
      closeMenu();
    }
  });

  // On a phone a row is a card, and each of its facts says what it is.
  for (const table of document.querySelectorAll("#result_list")) {
    const names = [...table.querySelectorAll("thead th")].map((heading) => heading.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, place) => {
        if (names[place] && cell.tagName === "TD") {
          cell.dataset.label = names[place];
        }
      });
    }
  }
}
