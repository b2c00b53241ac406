// The page as it was read, its words and fields drawn over it, lit up from both sides.

import { h, show } from "./dom.js";

export class PageViewer {
  // onPick(pointer): a field's box was pointed at. onLeave(): the pointer went away.
  constructor(requestId, result, { onPick, onLeave }) {
    this.requestId = requestId;
    this.result = result;
    this.onPick = onPick;
    this.onLeave = onLeave;
    this.boxes = new Map();
    this.zoom = 1;
    this.sheet = h("div", { class: "sheet" });
    this.said = h("p", { class: "hint word", "aria-live": "polite" });
    this.element = h("section", { class: "viewer", "aria-label": "Page as it was read" }, this.controls(), h("div", { class: "scroll paper", tabindex: 0, role: "group", "aria-label": "Page image" }, this.sheet), this.said);
    this.open(result.pages[0]?.page ?? 1);
  }

  controls() {
    this.chooser = h(
      "select",
      { "aria-label": "Page", onchange: (event) => this.open(Number(event.target.value)) },
      this.result.pages.map((page) => h("option", { value: page.page }, `page ${page.page}`)),
    );
    const zoomed = (factor) => () => {
      this.zoom = Math.min(4, Math.max(0.5, this.zoom * factor));
      this.sheet.style.width = `${this.zoom * 100}%`;
    };
    return h(
      "div",
      { class: "tools" },
      this.chooser,
      h("button", { type: "button", class: "quiet", "aria-label": "Smaller", onclick: zoomed(1 / 1.25) }, "−"),
      h("button", { type: "button", class: "quiet", "aria-label": "Larger", onclick: zoomed(1.25) }, "+"),
    );
  }

  open(number) {
    const page = this.result.pages.find((each) => each.page === number);
    this.number = number;
    this.boxes.clear();
    this.chooser.value = String(number);
    if (!page) return show(this.sheet, h("p", { class: "hint" }, "This document has no page to show."));
    const image = h("img", {
      src: `/v1/jobs/${this.requestId}/pages/${number}.png`,
      alt: `Page ${number} as it was read`,
      width: page.width,
      height: page.height,
      onerror: () => show(this.said, "There is no image of this page; its words are shown at their places."),
    });
    const drawing = h("svg:svg", { viewBox: `0 0 ${page.width} ${page.height}`, "aria-hidden": "true" });
    for (const line of page.lines) for (const word of line.words) drawing.append(this.wordBox(word));
    for (const [pointer, place] of Object.entries(this.result.provenance)) {
      if (place.page === number) drawing.append(this.fieldBox(pointer, place));
    }
    show(this.sheet, image, drawing);
  }

  wordBox(word) {
    const other = word.alternatives?.length ? ` (or: ${word.alternatives.join(", ")})` : "";
    const told = `${word.text} – ${Math.round(word.confidence * 100)} %${other}`;
    const box = rectangle(word.bbox, word.confidence < 0.6 ? "word doubtful" : "word");
    box.addEventListener("pointerenter", () => show(this.said, told));
    return box;
  }

  fieldBox(pointer, place) {
    const box = rectangle(place.bbox, "field");
    box.addEventListener("pointerenter", () => {
      this.light(pointer);
      this.onPick(pointer);
      show(this.said, `${pointer.slice(1).replaceAll("/", " › ")}: ${place.text} – ${Math.round(place.confidence * 100)} %`);
    });
    box.addEventListener("pointerleave", () => {
      this.light(null);
      this.onLeave();
    });
    this.boxes.set(pointer, box);
    return box;
  }

  // Light up where a field stands, turning to its page. Returns whether it stands anywhere.
  light(pointer) {
    for (const [name, box] of this.boxes) box.classList.toggle("lit", name === pointer);
    const place = pointer && this.result.provenance[pointer];
    if (!place) return false;
    if (place.page !== this.number) {
      this.open(place.page);
      this.boxes.get(pointer)?.classList.add("lit");
    }
    return true;
  }

  reveal(pointer) {
    if (this.light(pointer)) this.boxes.get(pointer)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function rectangle([left, top, right, bottom], name) {
  return h("svg:rect", { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top), class: name });
}
