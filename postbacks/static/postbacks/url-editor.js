/* The editor of a postback's URL. What is a macro, a slip or a doubt, and what it all comes to, the server says. */
import { Completion, write } from "./url-completion.js";
import { moved, paint, read } from "./url-marks.js";

const WAIT = 200; // milliseconds after the last letter
const namesByAddress = new Map();

/* Once a page for each owner. */
function namesOf(address) {
  if (!namesByAddress.has(address)) {
    const names = fetch(address, { headers: { "X-Requested-With": "fetch" } })
      .then((answer) => (answer.ok && !answer.redirected ? answer.json() : { names: [] }))
      .then((told) => told.names)
      .catch(() => []);
    namesByAddress.set(address, names);
  }
  return namesByAddress.get(address);
}

class UrlEditor {
  constructor(box) {
    this.box = box;
    this.field = box.querySelector("textarea");
    this.layer = box.querySelector(".url-backdrop");
    this.panel = box.querySelector(".url-preview");
    this.result = box.querySelector(".url-result");
    this.prefix = this.field.name.replace(/-url$/, "");
    this.marks = [];
    this.text = this.field.value;
    paint(this.layer, this.text, this.marks);
    box.classList.add("is-live");
    new Completion(this.field, box.dataset.list, () => namesOf(box.dataset.names));
    this.listen();
  }

  listen() {
    this.field.addEventListener("input", () => this.typed());
    this.panel.addEventListener("change", () => this.refresh());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.localName === "input") {
        event.preventDefault(); // it would save the page
        this.refresh();
      }
    });
    this.panel.addEventListener("click", (event) => this.press(event.target.closest("button")));
    this.field.form.addEventListener("change", (event) => {
      if (event.target.name?.startsWith(`${this.prefix}-`) && event.target !== this.field) {
        this.refresh();
      }
    });
    // a preview is asked for when it is seen first: a page may have many
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        seen.disconnect();
        this.refresh();
      }
    });
    seen.observe(this.box);
  }

  typed() {
    const text = this.field.value;
    this.marks = moved(this.marks, this.text, text);
    this.text = text;
    paint(this.layer, text, this.marks);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), WAIT);
  }

  press(button) {
    if (button?.dataset.meant) {
      const { was, meant } = button.dataset;
      const text = this.field.value.replace(new RegExp(`(\\{_?|\\$)${was}(?![A-Za-z0-9_-])`, "g"), `$1${meant}`);
      write(this.field, 0, this.field.value.length, text);
      this.refresh();
    } else if (button?.dataset.act) {
      this.act(button);
    }
  }

  /* What the server has to know: this rule's fields, whose it is, and what is picked in the preview. */
  form() {
    const form = new FormData();
    for (const [name, value] of new FormData(this.field.form)) {
      if (name.startsWith(`${this.prefix}-`) || /^(source$|parameters-|csrfmiddlewaretoken$)/.test(name)) {
        form.append(name, value);
      }
    }
    for (const picked of this.panel.querySelectorAll("[name^=preview-]:not(button)")) {
      form.append(picked.name, picked.value);
    }
    form.append("preview", this.prefix);
    return form;
  }

  async ask(address, signal) {
    const headers = { "X-Requested-With": "fetch" };
    const answer = await fetch(address, { method: "POST", body: this.form(), headers, signal });
    if (!answer.ok || answer.redirected) {
      throw new Error(`${answer.status}`);
    }
    return new DOMParser().parseFromString(await answer.text(), "text/html").body;
  }

  async refresh() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const asked = this.field.value;
    try {
      const told = await this.ask(this.box.dataset.preview, signal);
      this.marks = moved(read(told.querySelector(".url-marks").children), asked, this.field.value);
      paint(this.layer, this.field.value, this.marks);
      this.show(told.querySelector(".preview"));
    } catch (error) {
      if (!signal.aborted) {
        this.panel.textContent = this.box.dataset.failed;
      }
    }
  }

  /* In place of what was there; what had the focus has it again, what was open is open. */
  show(preview) {
    const active = this.panel.contains(document.activeElement) ? document.activeElement : null;
    const same = active && (active.id ? `#${active.id}` : active.localName);
    const wasOpen = this.panel.querySelector("details")?.open;
    this.panel.replaceChildren(preview);
    const warnings = [...preview.querySelectorAll(".is-warning")].map((warning) => warning.textContent);
    for (const told of this.box.closest(".rule")?.querySelectorAll(".notice > li") ?? []) {
      told.hidden = warnings.includes(told.textContent); // of the rule as it is saved: once is enough
    }
    const details = this.panel.querySelector("details");
    if (details && wasOpen) {
      details.open = true;
    }
    if (this.isSending) {
      this.acts().forEach((button) => (button.disabled = true));
    }
    if (same) {
      this.panel.querySelector(same)?.focus();
    }
  }

  acts() {
    return [...this.panel.querySelectorAll("[data-act]")];
  }

  async act(button) {
    if (this.isSending) {
      return;
    }
    this.isSending = true;
    const { id } = button;
    this.result.textContent = this.box.dataset.sending;
    const asked = this.ask(button.dataset.act);
    this.acts().forEach((one) => (one.disabled = true));
    try {
      this.result.replaceChildren(...(await asked).childNodes);
    } catch {
      this.result.textContent = this.box.dataset.failed;
    }
    this.isSending = false;
    await this.refresh(); // with a new wish: what is sent next is another test
    document.getElementById(id)?.focus();
  }
}

const mounted = new WeakSet();

function mount(part) {
  for (const box of part.querySelectorAll(".url-editor")) {
    if (!mounted.has(box) && !box.closest(".empty-form")) {
      mounted.add(box);
      new UrlEditor(box);
    }
  }
}

mount(document);
document.addEventListener("formset:added", (event) => mount(event.target));
