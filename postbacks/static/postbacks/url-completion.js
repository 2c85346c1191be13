/* Completion after an opening brace: a list box below the field, by keyboard and by mouse. */

const BEGUN = /\{(_?)([A-Za-z][A-Za-z0-9_-]*)?$/;
const REST = /^[A-Za-z0-9_-]*(:[^{}]*)?\}/; // of a placeholder in which the caret stands
const MOST = 60;
let lists = 0;

export class Completion {
  constructor(field, label, load) {
    this.field = field;
    this.load = load; // gives a promise of the names
    this.found = [];
    this.list = document.createElement("ul");
    lists += 1;
    this.list.id = `macros-${lists}`;
    this.list.className = "macro-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.list.tabIndex = 0; // what scrolls can be reached
    this.list.hidden = true;
    field.after(this.list);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.addEventListener("input", () => this.look());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    field.addEventListener("click", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        this.take(this.found[[...this.list.children].indexOf(option)]);
      }
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  begun() {
    const caret = this.field.selectionStart;
    return caret === this.field.selectionEnd ? BEGUN.exec(this.field.value.slice(0, caret)) : null;
  }

  async look() {
    if (!this.begun()) {
      this.close();
      return;
    }
    const names = await this.load();
    const begun = this.begun(); // more may have been typed meanwhile
    this.found = begun && document.activeElement === this.field ? fitting(names, (begun[2] || "").toLowerCase()) : [];
    if (this.found.length) {
      this.open();
    } else {
      this.close();
    }
  }

  open() {
    this.list.replaceChildren(...this.found.map((one, place) => option(one, `${this.list.id}-${place}`)));
    this.list.hidden = false;
    this.field.setAttribute("aria-controls", this.list.id);
    this.choose(0);
  }

  close() {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
    this.field.removeAttribute("aria-controls");
  }

  choose(place) {
    const options = [...this.list.children];
    this.place = (place + options.length) % options.length;
    options.forEach((one, other) => one.setAttribute("aria-selected", String(other === this.place)));
    options[this.place].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.place].id);
  }

  key(event) {
    if (!this.isOpen || event.isComposing) {
      return;
    }
    const acts = {
      ArrowDown: () => this.choose(this.place + 1),
      ArrowUp: () => this.choose(this.place - 1),
      Enter: () => this.take(this.found[this.place]),
      Tab: () => this.take(this.found[this.place]),
      Escape: () => this.close(),
    };
    if (event.key in acts && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      acts[event.key]();
    }
  }

  /* Puts the name where it was begun; arguments that stand there already stay. */
  take(one) {
    const begun = this.begun();
    this.close();
    if (!begun) {
      return;
    }
    const caret = this.field.selectionStart;
    const rest = REST.exec(this.field.value.slice(caret));
    const whole = rest?.[1] ? `{${one.name}${rest[1]}}` : one.insert;
    write(this.field, caret - begun[0].length, caret + (rest ? rest[0].length : 0), whole.replace("{", `{${begun[1]}`));
    this.close(); // what was written looked like something typed
  }
}

/* Replaces a part of the field's text so that it can be undone, and everybody hears of it. */
export function write(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* Names that begin so, then those that hold it, then those whose meaning does. */
function fitting(names, typed) {
  const ranks = [
    (one) => one.name.toLowerCase().startsWith(typed),
    (one) => one.name.toLowerCase().includes(typed),
    (one) => typed.length > 1 && one.meaning.toLowerCase().includes(typed),
  ];
  const rank = (one) => ranks.findIndex((fits) => fits(one));
  const ranked = names.map((one) => [rank(one), one]).filter(([place]) => place >= 0);
  return ranked
    .sort(([one], [other]) => one - other)
    .slice(0, MOST)
    .map(([, one]) => one);
}

function option(one, id) {
  const shown = document.createElement("li");
  shown.id = id;
  shown.setAttribute("role", "option");
  for (const [look, text] of [["macro-name", `{${one.name}}`], ["macro-meaning", one.meaning], ["macro-sample", one.sample]]) {
    const part = document.createElement("span");
    part.className = look;
    part.textContent = text;
    shown.append(part, " ");
  }
  return shown;
}
