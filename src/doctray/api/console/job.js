// One job: its course, its page beside its fields, review, exports, announcements.

import { call, follow, json, session } from "./api.js";
import { badge, h, percent, problem, say, show, when } from "./dom.js";
import { FieldForm } from "./fields.js";
import { progressBar } from "./jobs.js";
import { PageViewer } from "./page.js";
import { weekGrid } from "./week.js";

const FORMS = { json: "JSON", md: "Markdown", txt: "Text", pdf: "Searchable PDF", hocr: "hOCR" };
const FORMS_OF_FIELDS = { csv: "CSV", xlsx: "Excel" };
const FORMS_OF_TIMETABLES = { ics: "Calendar" };

export async function jobView(main, signal, id) {
  const head = h("div");
  const body = h("div");
  show(main, h("p", {}, h("a", { href: "#/jobs" }, "← Jobs")), head, body);

  async function load() {
    const answer = await call(`/v1/jobs/${id}`, { signal });
    const job = await answer.json();
    show(head, heading(job, act));
    if (job.status === "completed" && job.result) show(body, resultView(job, load));
    else if (job.error) show(body, problem({ title: job.error.title, message: job.error.detail }), await announced(id, signal));
    else follow(id, (event, seen) => (event === "progress" ? show(head, heading(seen, act)) : load()), signal);
  }

  async function act(path, method, told) {
    try {
      await call(path, { method });
      say(told);
      if (method === "DELETE") location.hash = "#/jobs";
      else await load();
    } catch (error) {
      body.prepend(problem(error));
    }
  }

  await load();
}

function heading(job, act) {
  const live = job.status === "queued" || job.status === "processing";
  const may = session.scopes.includes("submit");
  return h(
    "div",
    { class: "heading" },
    h("h1", {}, job.file_name || job.request_id),
    h("p", {}, badge(job), " ", job.document_type, job.confidence !== null && `, confidence ${percent(job.confidence)}`, job.cached && ", read before"),
    live && (job.progress ? h("p", {}, progressBar(job)) : h("p", { class: "hint" }, job.queue_position ? `number ${job.queue_position} in the queue` : "waiting")),
    h("p", { class: "hint" }, "Handed in ", when(job.created_at), job.finished_at && [", ended ", when(job.finished_at)], " · ", h("code", {}, job.request_id)),
    may &&
      h(
        "div",
        { class: "tools" },
        live && h("button", { type: "button", class: "quiet", onclick: () => act(`/v1/jobs/${job.request_id}/cancel`, "POST", "Cancelled") }, "Cancel"),
        job.dead_lettered && h("button", { type: "button", onclick: () => act(`/v1/jobs/${job.request_id}/replay`, "POST", "Queued again") }, "Try again"),
        h(
          "button",
          {
            type: "button",
            class: "quiet danger",
            onclick: () => confirm("Delete the document, its result and everything about it?") && act(`/v1/jobs/${job.request_id}`, "DELETE", "Deleted"),
          },
          "Delete",
        ),
      ),
  );
}

function resultView(job, reload) {
  const result = job.result;
  const fields = structuredClone(result.review?.fields ?? result.fields);
  const editable = session.scopes.includes("submit");
  const viewer = new PageViewer(job.request_id, result, { onPick: (pointer) => form.light(pointer), onLeave: () => form.light(null) });
  const point = (pointer, scroll) => (scroll ? viewer.reveal(pointer) : viewer.light(pointer));
  const note = h("div");
  const week = h("div");
  const drawWeek = () => show(week, fields.timeblocks?.length ? weekGrid(fields.timeblocks, point) : null);
  const approve = h("button", { type: "submit" }, "Approve");
  const form = new FieldForm(result, fields, {
    editable,
    onPoint: point,
    onChange: () => {
      approve.textContent = "Save and approve";
      drawWeek();
    },
  });
  drawWeek();

  async function review(event) {
    event.preventDefault();
    approve.disabled = true;
    try {
      await json(`/v1/jobs/${job.request_id}/review`, { method: "PUT", body: { fields }, headers: result.review ? { "if-match": `"${result.review.number}"` } : {} });
      say("Approved");
      await reload();
    } catch (error) {
      const places = error.errors?.map((each) => `${each.pointer || each.name}: ${each.detail}`).join("; ");
      show(note, problem({ title: error.title, message: [error.message, places].filter(Boolean).join(" ") }));
      approve.disabled = false;
    }
  }

  return [
    warningsOf(result),
    week,
    h(
      "div",
      { class: "split" },
      viewer.element,
      h(
        "form",
        { class: "review", "aria-label": "Fields", onsubmit: review },
        h("h2", {}, "Fields"),
        job.validated && h("p", { class: "hint" }, "A person has approved these fields; what the machine read is kept beside them."),
        form.element,
        note,
        editable && h("p", {}, approve),
      ),
    ),
    h("h2", {}, "Exports"),
    exportsOf(job),
    h("details", {}, h("summary", {}, "Text"), h("pre", { class: "text" }, result.text)),
    announcements(job),
  ];
}

function warningsOf(result) {
  const whole = result.warnings.filter((warning) => !warning.pointer);
  return whole.length > 0 && h("ul", { class: "warnings", "aria-label": "Warnings" }, whole.map((warning) => h("li", {}, warning.message)));
}

function exportsOf(job) {
  const forms = { ...FORMS };
  if (job.document_type !== "other") Object.assign(forms, FORMS_OF_FIELDS);
  if (job.document_type === "timetable") Object.assign(forms, FORMS_OF_TIMETABLES);
  const note = h("span", { class: "hint" });
  // Any form may have to be made by a worker first (202): it is asked for until it is there, and then saved.
  async function save(event, form) {
    event.preventDefault();
    show(note, "being made …");
    try {
      let answer;
      while ((answer = await call(`/v1/jobs/${job.request_id}/result.${form}`)).status === 202) {
        await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("retry-after") || 1)));
      }
      const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "")?.[1] ?? `${job.request_id}.${form}`;
      const address = URL.createObjectURL(await answer.blob());
      h("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      show(note);
      say(`${name} saved`);
    } catch (error) {
      show(note, problem(error));
    }
  }
  return h(
    "p",
    { class: "tools" },
    Object.entries(forms).map(([form, name]) => h("a", { href: `/v1/jobs/${job.request_id}/result.${form}`, onclick: (event) => save(event, form) }, name)),
    note,
  );
}

function announcements(job) {
  const list = h("div");
  const look = async (event) => event.target.open && show(list, await announced(job.request_id).catch(problem));
  return h("details", { ontoggle: look }, h("summary", {}, "Announcements"), list);
}

async function announced(id, signal) {
  const { deliveries } = await json(`/v1/jobs/${id}/deliveries`, { signal });
  if (!deliveries.length) return h("p", { class: "hint" }, "Nothing was to be announced: no webhook_url was given.");
  const again = async (delivery, button) => {
    await call(`/v1/deliveries/${delivery.delivery_id}/redeliver`, { method: "POST" });
    button.disabled = true;
    say("Announced again");
  };
  return h(
    "ul",
    { class: "deliveries" },
    deliveries.map((delivery) =>
      h(
        "li",
        {},
        h("strong", {}, delivery.type),
        ` to ${delivery.url}: ${delivery.status}, ${delivery.tries.length} ${delivery.tries.length === 1 ? "try" : "tries"}`,
        delivery.tries.length > 0 && ` (last: ${delivery.tries.at(-1).status_code ?? delivery.tries.at(-1).error})`,
        " ",
        session.scopes.includes("submit") && h("button", { type: "button", class: "quiet", onclick: (event) => again(delivery, event.target) }, "Announce again"),
      ),
    ),
  );
}
