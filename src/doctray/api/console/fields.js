// Fields as a form: every value with its confidence and its warnings, editable where the session may review.

import { h, percent } from "./dom.js";

export function escapePart(part) {
  return String(part).replaceAll("~", "~0").replaceAll("/", "~1");
}

// values: the fields to edit (they are changed in place). editable: whether. onPoint(pointer|null): the pointer or focus is on it.
export class FieldForm {
  constructor(result, values, { editable, onPoint, onChange }) {
    this.result = result;
    this.values = values;
    this.editable = editable;
    this.onPoint = onPoint;
    this.onChange = onChange;
    this.inputs = new Map();
    this.element = h("div", { class: "fields" });
    this.render();
  }

  render() {
    this.inputs.clear();
    this.element.replaceChildren(this.group(this.values, "", "Fields"));
  }

  // Light up the input of a field that was pointed at on the page.
  light(pointer) {
    for (const [name, row] of this.inputs) row.classList.toggle("lit", name === pointer);
    this.inputs.get(pointer)?.scrollIntoView({ block: "nearest" });
  }

  group(value, pointer, name) {
    const entries = Object.entries(value).map(([key, item]) => this.member(value, key, item, `${pointer}/${escapePart(key)}`));
    return pointer === "" ? h("div", {}, entries) : h("fieldset", {}, h("legend", {}, name), entries);
  }

  member(parent, key, value, pointer) {
    if (Array.isArray(value)) return this.list(value, pointer, label(key));
    if (value !== null && typeof value === "object") return this.group(value, pointer, label(key));
    return this.leaf(parent, key, value, pointer);
  }

  list(items, pointer, name) {
    const rows = items.map((item, index) =>
      h(
        "li",
        {},
        item !== null && typeof item === "object"
          ? this.group(item, `${pointer}/${index}`, `${name} ${index + 1}`)
          : this.leaf(items, index, item, `${pointer}/${index}`),
        this.editable && h("button", { type: "button", class: "quiet", "aria-label": `Remove ${name} ${index + 1}`, onclick: () => this.change(() => items.splice(index, 1)) }, "Remove"),
      ),
    );
    const add =
      this.editable &&
      items.length > 0 &&
      h("button", { type: "button", class: "quiet", onclick: () => this.change(() => items.push(blank(items.at(-1)))) }, `Add to ${name}`);
    return h("details", { open: items.length <= 12 }, h("summary", {}, `${name} (${items.length})`), h("ol", {}, rows), add);
  }

  change(step) {
    step();
    this.render();
    this.onChange();
  }

  leaf(parent, key, value, pointer) {
    const place = this.result.provenance[pointer];
    const warnings = this.result.warnings.filter((warning) => warning.pointer === pointer);
    const ungrounded = warnings.some((warning) => warning.code === "ungrounded");
    const id = `field${pointer.replaceAll("/", "-")}`;
    const input = h("input", {
      id,
      value: value === null ? "" : String(value),
      readonly: !this.editable,
      type: typeof value === "number" ? "number" : "text",
      step: "any",
      "aria-describedby": warnings.length ? `${id}-said` : null,
      oninput: () => {
        parent[key] = typed(input.value, value);
        row.classList.add("changed");
        this.onChange();
      },
      onfocus: () => this.onPoint(pointer, true),
      onblur: () => this.onPoint(null, false),
    });
    const row = h(
      "div",
      {
        class: `leaf ${value === null ? "empty" : ungrounded ? "ungrounded" : place?.confidence < 0.9 ? "doubtful" : ""}`,
        "data-pointer": pointer,
        onpointerenter: () => this.onPoint(pointer, false),
        onpointerleave: () => this.onPoint(null, false),
      },
      h("label", { for: id }, label(key)),
      input,
      h("span", { class: "hint number", title: place ? "confidence" : null }, place ? percent(place.confidence) : ungrounded ? "not on the page" : ""),
      warnings.length > 0 && h("p", { id: `${id}-said`, class: "warning" }, warnings.map((warning) => warning.message).join(" ")),
    );
    this.inputs.set(pointer, row);
    return row;
  }
}

function label(key) {
  return typeof key === "number" || /^\d+$/.test(key) ? `no. ${Number(key) + 1}` : key.replaceAll("_", " ");
}

// Text as the kind of value that stood there before; nothing typed is null, not "".
function typed(text, before) {
  if (text.trim() === "") return null;
  if (typeof before === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  if (typeof before === "boolean") return text.trim().toLowerCase() === "true";
  return text;
}

function blank(value) {
  if (Array.isArray(value)) return [];
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, blank(item)]));
  return null;
}
