/* Buttons that put a text on the clipboard. Without JavaScript they stay hidden, and the text can be selected. */
"use strict";
{
  const SHOWN_FOR = 1500; // ms

  function reveal(root) {
    for (const button of root.querySelectorAll("button.copy[hidden]")) {
      button.hidden = false;
    }
  }

  async function write(text) {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // plain http on another host has no clipboard of its own
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) {
      return;
    }
    await write(button.dataset.copy);
    const word = button.dataset.word || button.textContent;
    button.dataset.word = word;
    button.textContent = "✓";
    button.setAttribute("aria-label", `${word} ✓`);
    setTimeout(() => {
      button.textContent = word;
      button.removeAttribute("aria-label");
    }, SHOWN_FOR);
  });

  document.addEventListener("formset:added", (event) => reveal(event.target));
  reveal(document);
}
