// For administrators: jobs whose tries are used up, workers, and pausing submissions.

import { call, json } from "./api.js";
import { h, problem, say, show, when } from "./dom.js";

export async function deadLettersView(main, signal) {
  const list = h("div", { class: "scroll" });
  show(main, h("h1", {}, "Dead letters"), h("p", { class: "hint" }, "Jobs that failed as often as they may. Nothing of them is lost: mend the cause, then try them again."), list);

  async function refresh() {
    const { jobs } = await json("/v1/admin/dead-letters?limit=200", { signal });
    if (!jobs.length) return show(list, h("p", {}, "There are none."));
    show(
      list,
      h("p", {}, h("button", { type: "button", onclick: () => replay({ all: true }) }, `Try all again (${jobs.length})`)),
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ["Job", "Owner", "Why", "Ended", ""].map((name) => h("th", { scope: "col" }, name || h("span", { class: "unseen" }, "Actions"))))),
        h("tbody", {}, jobs.map((job) => deadLetter(job, replay, signal))),
      ),
    );
  }

  async function replay(which) {
    try {
      const { replayed } = await json("/v1/admin/dead-letters/replay", { method: "POST", body: which });
      say(`${replayed.length} queued again`);
      await refresh();
    } catch (error) {
      list.prepend(problem(error));
    }
  }

  await refresh();
}

function deadLetter(job, replay, signal) {
  const attempts = h("div");
  const inspect = async () => {
    const { attempts: all } = await json(`/v1/admin/dead-letters/${job.request_id}`, { signal });
    show(attempts, h("ol", {}, all.map((each) => h("li", {}, when(each.started_at), ` ${each.ended ?? "running"} ${each.error_code ?? ""} on ${each.worker_id}`))));
  };
  return h(
    "tr",
    {},
    h("td", {}, h("code", {}, job.request_id), attempts),
    h("td", {}, job.owner),
    h("td", {}, job.error ? `${job.error.code}: ${job.error.detail}` : "–"),
    h("td", {}, when(job.finished_at)),
    h(
      "td",
      { class: "tools" },
      h("button", { type: "button", class: "quiet", "aria-label": `Attempts of ${job.request_id}`, onclick: inspect }, "Attempts"),
      h("button", { type: "button", class: "quiet", "aria-label": `Try ${job.request_id} again`, onclick: () => replay({ request_ids: [job.request_id] }) }, "Try again"),
    ),
  );
}

export async function workersView(main, signal) {
  const parts = h("div");
  const list = h("div", { class: "scroll" });
  const pause = h("div");
  show(main, h("h1", {}, "Workers"), parts, list, h("h2", {}, "Maintenance"), pause);
  await showMaintenance(pause, signal);

  async function refresh() {
    const [{ workers }, health] = await Promise.all([
      json("/v1/admin/workers", { signal }),
      // An unhealthy service answers 503 with the same body.
      fetch("/health", { signal }).then((answer) => answer.json()),
    ]);
    show(parts, h("p", {}, `The service is ${health.status}. Queue: ${health.queue_size ?? "unknown"} waiting.`));
    show(
      list,
      workers.length
        ? h(
            "table",
            {},
            h("thead", {}, h("tr", {}, ["Host", "Device", "Reads with", "Jobs", "Since"].map((name) => h("th", { scope: "col" }, name)))),
            h("tbody", {}, workers.map(worker)),
          )
        : h("p", { role: "alert" }, "No worker is alive: documents are accepted and wait."),
    );
  }

  await refresh();
  const timer = setInterval(() => document.hidden || refresh().catch(() => {}), 5000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

async function showMaintenance(place, signal) {
  const draw = ({ on, reason }) => {
    const why = h("input", { id: "reason", maxlength: 500, placeholder: "told to callers" });
    const turn = async (event) => {
      event.preventDefault();
      try {
        draw(await json("/v1/admin/maintenance", { method: "PUT", body: { on: !on, reason: why.value || null } }));
        say(on ? "Documents are accepted again" : "Submissions are paused");
      } catch (error) {
        place.prepend(problem(error));
      }
    };
    const state = on ? `Submissions are paused${reason ? `: ${reason}` : ""}. What was accepted goes on.` : "Documents are accepted.";
    show(
      place,
      h("p", {}, state),
      h("form", { class: "tools", onsubmit: turn }, !on && [h("label", { for: "reason" }, "Reason"), why], h("button", { type: "submit", class: "quiet" }, on ? "Accept documents again" : "Pause submissions")),
    );
  };
  draw(await json("/v1/admin/maintenance", { signal }));
}

function worker(each) {
  return h(
    "tr",
    {},
    h("td", {}, `${each.host} (${each.pid})`),
    h("td", {}, each.device),
    h("td", {}, each.engine || "loading …"),
    h("td", {}, `${each.running} of ${each.slots}`),
    h("td", {}, when(each.started_at)),
  );
}
