/* New rows of a log appear by themselves. Without JavaScript the page has a link to refresh it. */
"use strict";
{
  const EVERY = 2000; // ms
  const SLOWEST = 30000; // ms between two questions when nobody answers
  const MOST = 200; // rows that the page keeps

  const sign = document.querySelector("[data-live]");
  const button = document.querySelector(".live-pause");
  const said = document.querySelector(".live-said");
  const body = document.querySelector("#result_list tbody");
  const words = sign.dataset;
  let floor = body ? lowest() : 0;
  let newest = "";
  let wait = EVERY;
  let timer = 0;

  function rows() {
    return body ? [...body.querySelectorAll("tr[data-id]")] : [];
  }

  function ids() {
    return rows().map((row) => Number(row.dataset.id));
  }

  /* What is older than the last row is not asked for. */
  function lowest() {
    return Math.max(Math.min(...ids()) - 1, 0);
  }

  function isPaused() {
    return button.getAttribute("aria-pressed") === "true";
  }

  /* Whoever ticks rows, or marks text in them, does not want them to move. */
  function isHeld() {
    const chosen = document.getSelection();
    const marks = body && !chosen.isCollapsed && body.contains(chosen.anchorNode);
    return Boolean(marks || (body && body.querySelector("input.action-select:checked")));
  }

  function show(word, tone) {
    sign.textContent = word;
    sign.className = `label label-${tone}`;
  }

  function made(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  }

  function add({ id, html }) {
    const row = made(html);
    row.classList.add("is-new");
    body.insertBefore(row, rows().find((other) => Number(other.dataset.id) < id) || null);
  }

  function renew({ id, html }) {
    const old = body && body.querySelector(`tr[data-id="${id}"]`);
    if (old && !old.contains(document.activeElement)) {
      old.replaceWith(made(html));
    }
  }

  function question() {
    const url = new URL(words.live, location.href.split("?")[0]);
    const shown = rows();
    url.searchParams.set("floor", String(floor));
    url.searchParams.set("have", ids().join(","));
    url.searchParams.set("open", shown.filter((row) => "waits" in row.dataset).map((row) => row.dataset.id).join(","));
    if (newest) {
      url.searchParams.set("after", newest);
    }
    return url;
  }

  function take(answer) {
    newest = String(answer.newest);
    if (answer.rows.length && !body) {
      location.reload();
      return;
    }
    answer.changed.forEach(renew);
    answer.rows.forEach(add);
    if (rows().length > MOST) {
      rows().slice(MOST).forEach((row) => row.remove());
      floor = lowest();
    }
    if (answer.said) {
      said.textContent = answer.said;
    }
  }

  async function ask() {
    const response = await fetch(question(), { headers: { Accept: "application/json" } });
    if (response.redirected || response.status === 403) {
      return "ended";
    }
    if (!response.ok) {
      return "lost";
    }
    const answer = await response.json();
    if (!isPaused() && !isHeld()) {
      take(answer);
    }
    return "on";
  }

  async function turn() {
    if (isPaused()) {
      show(words.paused, "quiet");
      return;
    }
    if (document.hidden) {
      return;
    }
    if (isHeld()) {
      show(words.waits, "warn");
      again(EVERY);
      return;
    }
    const how = await ask().catch(() => "lost");
    if (how === "ended") {
      show(words.ended, "bad");
      return;
    }
    wait = how === "on" ? EVERY : Math.min(wait * 2, SLOWEST);
    if (!isPaused()) {
      show(how === "on" ? words.on : words.lost, how === "on" ? "good" : "warn");
    }
    again(wait);
  }

  function again(after) {
    clearTimeout(timer);
    timer = setTimeout(turn, after);
  }

  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(!isPaused()));
    button.textContent = isPaused() ? button.dataset.resume : button.dataset.pause;
    again(0);
  });
  document.addEventListener("visibilitychange", () => document.hidden || again(0));
  document.addEventListener("selectionchange", () => isHeld() && !isPaused() && show(words.waits, "warn"));
  button.hidden = false;
  document.querySelector(".live-refresh").hidden = true;
  again(0);
}
