/* The layer behind the field: the same text, unseen, with marks where the server found macros, slips and fill-ins. */

/* From the server's spans to places in the text. */
export function read(spans) {
  const marks = [];
  let start = 0;
  for (const span of spans) {
    const length = span.textContent.length;
    if (span.localName === "mark") {
      marks.push({ start, end: start + length, look: span.className });
    }
    start += length;
  }
  return marks;
}

/* Marks of the old text in the new one, until the server has looked at it: what lies behind the edit moves along. */
export function moved(marks, old, now) {
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shortest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) {
    tail += 1;
  }
  const by = now.length - old.length;
  return marks
    .map((mark) => ({
      ...mark,
      start: mark.start >= old.length - tail ? mark.start + by : mark.start,
      end: mark.end > head ? mark.end + by : mark.end,
    }))
    .filter((mark) => mark.end > mark.start);
}

export function paint(layer, text, marks) {
  const parts = [];
  let end = 0;
  for (const mark of marks) {
    const painted = document.createElement("mark");
    painted.className = mark.look;
    painted.textContent = text.slice(mark.start, mark.end);
    parts.push(text.slice(end, mark.start), painted);
    end = mark.end;
  }
  layer.replaceChildren(...parts, `${text.slice(end)}\u200b`); // so that a last line that is empty has its height
}
