// Jobs: handing documents in, and the list with live progress.

import { call, follow, json, session } from "./api.js";
import { badge, h, percent, problem, say, show, when } from "./dom.js";

const KINDS = ["auto", "certificate", "timetable"];
const STATES = ["queued", "processing", "completed", "failed", "cancelled"];
const FOLLOWED = 8; // jobs watched live; the others are looked at with the list
const REFRESH_MS = 5000;

export async function jobsView(main, signal) {
  const list = h("div", { class: "scroll" });
  const filters = filterForm(() => refresh());
  const more = h("div", { class: "more" });
  const state = { jobs: [], cursor: null, followed: new Set() };
  show(main, h("h1", {}, "Jobs"), session.scopes.includes("submit") && dropZone((ticket) => refresh(ticket)), filters, list, more);

  async function refresh() {
    const page = await json(`/v1/jobs?${query(filters)}`, { signal });
    state.jobs = page.jobs;
    state.cursor = page.next_cursor;
    render();
  }

  async function loadMore() {
    const page = await json(`/v1/jobs?${query(filters)}&cursor=${encodeURIComponent(state.cursor)}`, { signal });
    state.jobs.push(...page.jobs);
    state.cursor = page.next_cursor;
    render();
  }

  function render() {
    const focused = document.activeElement?.dataset?.job;
    show(list, state.jobs.length ? table(state.jobs) : h("p", { class: "hint" }, "No jobs. Hand in a document above, or widen the filters."));
    show(more, state.cursor && h("button", { type: "button", class: "quiet", onclick: loadMore }, "Older jobs"));
    if (focused) list.querySelector(`[data-job="${focused}"]`)?.focus();
    for (const job of state.jobs.filter(isLive).slice(0, FOLLOWED)) watch(job);
  }

  function watch(job) {
    if (state.followed.has(job.request_id)) return;
    state.followed.add(job.request_id);
    follow(
      job.request_id,
      (event, seen) => {
        const index = state.jobs.findIndex((each) => each.request_id === job.request_id);
        if (index >= 0) state.jobs[index] = seen;
        if (event !== "progress") say(`${seen.file_name || "The document"}: ${seen.status}`);
        render();
      },
      signal,
    ).finally(() => state.followed.delete(job.request_id));
  }

  await refresh();
  const timer = setInterval(() => {
    // A page that was asked for by hand is not taken back while it is read.
    if (!document.hidden && state.jobs.length <= 50) refresh().catch(() => {});
  }, REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function isLive(job) {
  return job.status === "queued" || job.status === "processing";
}

function query(form) {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) chosen.set(name, value);
  return chosen.toString();
}

function filterForm(onChange) {
  let waiting;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(onChange, 250);
  };
  const choice = (name, label, values) =>
    h("label", {}, label, h("select", { name, onchange: onChange }, h("option", { value: "" }, "any"), values.map((value) => h("option", { value }, value))));
  return h(
    "form",
    { class: "filters", role: "search", "aria-label": "Filter jobs", onsubmit: (event) => event.preventDefault() },
    choice("status", "Status", STATES),
    choice("document_type", "Kind", ["certificate", "timetable", "custom", "other"]),
    h("label", {}, "Name or id", h("input", { name: "q", type: "search", maxlength: 100, oninput: soon })),
  );
}

function dropZone(onAccepted) {
  const told = h("ul", { class: "handed-in", "aria-label": "Handed in" });
  const kind = h("select", { id: "kind" }, KINDS.map((each) => h("option", { value: each }, each)));
  const input = h("input", {
    id: "files",
    type: "file",
    multiple: true,
    accept: ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.webp,.bmp,.gif,.heic,.heif",
    onchange: () => take([...input.files]),
  });
  const zone = h(
    "section",
    {
      class: "drop card",
      "aria-label": "Hand in documents",
      ondragover: (event) => {
        event.preventDefault();
        zone.classList.add("over");
      },
      ondragleave: () => zone.classList.remove("over"),
      ondrop: (event) => {
        event.preventDefault();
        zone.classList.remove("over");
        take([...event.dataTransfer.files]);
      },
    },
    h("p", {}, h("label", { for: "files" }, h("strong", {}, "Drop documents here"), " or choose them:"), " ", input),
    h("p", {}, h("label", { for: "kind" }, "Read as "), kind),
    told,
  );

  async function take(documents) {
    for (const file of documents) {
      const line = h("li", {}, file.name, " – sending …");
      told.append(line);
      const form = new FormData();
      form.append("document_type", kind.value);
      form.append("file", file);
      try {
        const ticket = await json("/v1/jobs", { method: "POST", body: form });
        const told_as = ticket.cached ? "read before, the result is there" : "accepted";
        show(line, h("a", { href: `#/jobs/${ticket.request_id}` }, file.name), ` – ${told_as}`);
        say(`${file.name}: ${told_as}`);
        onAccepted(ticket);
      } catch (error) {
        show(line, file.name, " – ", problem(error));
      }
    }
    input.value = "";
  }
  return zone;
}

function table(jobs) {
  const head = ["Document", "Status", "Kind", "Confidence", "Handed in", ""];
  return h(
    "table",
    { class: "jobs" },
    h("caption", { class: "unseen" }, "Jobs, newest first"),
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "Actions"))))),
    h("tbody", {}, jobs.map(row)),
  );
}

function row(job) {
  const name = job.file_name || job.request_id;
  return h(
    "tr",
    {},
    h("td", {}, h("a", { href: `#/jobs/${job.request_id}`, "data-job": job.request_id }, name)),
    h("td", {}, badge(job), isLive(job) && job.progress && progressBar(job), job.error && h("span", { class: "hint" }, " ", job.error.code)),
    h("td", {}, job.document_type),
    h("td", { class: "number" }, percent(job.confidence)),
    h("td", {}, when(job.created_at)),
    h(
      "td",
      {},
      isLive(job) &&
        session.scopes.includes("submit") &&
        h("button", { type: "button", class: "quiet", "aria-label": `Cancel ${name}`, onclick: () => call(`/v1/jobs/${job.request_id}/cancel`, { method: "POST" }) }, "Cancel"),
    ),
  );
}

export function progressBar(job) {
  const { stage, pages_done: done, pages_total: total, percent: part } = job.progress;
  return [
    h("progress", { max: 100, value: part, "aria-label": `${job.file_name || "document"}: ${stage}` }),
    h("span", { class: "hint" }, ` ${stage}${total ? `, page ${Math.min(done + 1, total)} of ${total}` : ""}`),
  ];
}
