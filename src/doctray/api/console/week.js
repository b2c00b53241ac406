// A timetable's blocks as a week: days across, time down.

import { h } from "./dom.js";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function minutes(text) {
  const found = /^(\d{1,2}):(\d{2})/.exec(text || "");
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

// onPoint(pointer|null): as in fields.js. As a real table, so that a screen reader tells day and time of each block.
export function weekGrid(blocks, onPoint) {
  const placed = blocks.map((block, index) => ({ block, index, from: minutes(block.start) }));
  const days = DAYS.filter((day) => placed.some(({ block }) => block.day === day));
  if (!days.length) return null;
  const keyOf = ({ from }) => (from === null ? "" : String(from));
  const starts = [...new Map(placed.map((each) => [keyOf(each), each])).values()].sort((a, b) => (a.from ?? 9999) - (b.from ?? 9999));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "week" },
      h("caption", {}, "Week"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "from"), days.map((day) => h("th", { scope: "col" }, day)))),
      h(
        "tbody",
        {},
        starts.map((start) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, start.block.start || "–"),
            days.map((day) => h("td", {}, placed.filter((each) => each.block.day === day && keyOf(each) === keyOf(start)).map((each) => cell(each, onPoint)))),
          ),
        ),
      ),
    ),
  );
}

function cell({ block, index }, onPoint) {
  const beside = [block.end && `to ${block.end}`, block.room, block.teacher, block.week && `week ${block.week}`, block.notes].filter(Boolean).join(" · ");
  const pointer = `/timeblocks/${index}/subject`;
  return h(
    "div",
    { class: "block", tabindex: 0, onpointerenter: () => onPoint(pointer, false), onpointerleave: () => onPoint(null, false), onfocus: () => onPoint(pointer, true), onblur: () => onPoint(null, false) },
    h("strong", {}, block.subject || "–"),
    beside && h("span", { class: "hint" }, beside),
  );
}
