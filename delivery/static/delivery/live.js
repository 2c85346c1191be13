/* Parts of a page that are asked for again while somebody looks. Without JavaScript there is a link that reloads. */
"use strict";
{
  async function renew(part) {
    const answer = await fetch(part.dataset.live, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const html = await answer.text();
    if (html !== part.dataset.shown && !isInUse(part)) {
      part.dataset.shown = html;
      part.innerHTML = html; // our own template, escaped by it
      part.dispatchEvent(new CustomEvent("live:renewed", { bubbles: true }));
    }
  }

  // who stands in it with the keyboard, or reads numbers that were opened, is not to lose the place
  function isInUse(part) {
    return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
  }

  function watch(part) {
    const every = Number(part.dataset.every);
    async function look() {
      if (part.querySelector("[data-finished]")) {
        return;
      }
      if (!document.hidden) {
        await renew(part).catch(() => null); // away for a moment: the next look may find it
      }
      setTimeout(look, every);
    }
    setTimeout(look, every);
  }

  document.querySelectorAll("[data-live]").forEach(watch);
}
