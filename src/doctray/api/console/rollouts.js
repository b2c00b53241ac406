// For administrators: one engine or extractor giving way to another, with its figures, plots and history, and the dial.

import { call, json } from "./api.js";
import { h, percent, problem, say, show, when } from "./dom.js";

const SET_BY_DOCTRAY = ["revision", "stage_since", "settled", "next_stage"];
const PLOTS = [
  ["volume", "Jobs that ended, by arm, and the share that the plan gave the candidate"],
  ["seconds", "Share of jobs read within so many seconds"],
  ["agreement", "Values on which both arms agree, of documents that both read"],
  ["same_documents_seconds", "Share of documents that both read, within so many seconds"],
];

export async function rolloutsView(main, signal) {
  const kind = h("select", { id: "kind" }, h("option", { value: "engine" }, "Engine"), h("option", { value: "extractor" }, "Extractor"));
  const hours = h("select", { id: "hours" }, [[1, "the last hour"], [24, "the last day"], [168, "the last week"]].map(([value, name]) => h("option", { value, selected: value === 24 }, name)));
  const place = h("div");
  const wrong = h("div");
  show(
    main,
    h("h1", {}, "Rollouts"),
    h("div", { class: "filters" }, h("label", { for: "kind" }, "Of the", kind), h("label", { for: "hours" }, "Figures of", hours)),
    wrong,
    place,
  );

  let asked = 0;
  async function refresh() {
    const mine = ++asked;
    const answer = await call(`/v1/admin/rollout?kind=${kind.value}`, { signal });
    const etag = answer.headers.get("etag");
    const { plan, retired } = await answer.json();
    const report = plan && (await json(`/v1/admin/rollout/report?kind=${kind.value}&hours=${hours.value}&plots=true`, { signal }));
    // What was asked for later is shown, whichever comes first.
    if (mine !== asked) return;
    show(place, plan ? drawn(report, hours.value, change(plan, etag)) : nothing(kind.value), retired.length > 0 && h("p", { class: "hint" }, `Retired for good: ${retired.join(", ")}.`));
  }

  const change = (plan, etag) => async (members, done) => {
    const body = Object.fromEntries(Object.entries({ ...plan, ...members }).filter(([name]) => !SET_BY_DOCTRAY.includes(name)));
    show(wrong);
    // Until the plan is drawn anew: a second turn would be made from what no longer stands.
    for (const button of place.querySelectorAll(".dial button")) button.disabled = true;
    try {
      await call("/v1/admin/rollout", { method: "PUT", body, headers: { "if-match": etag } });
      say(done);
    } catch (error) {
      show(wrong, problem(error));
    }
    await refresh();
  };

  const again = () => refresh().catch((error) => error.name === "AbortError" || show(wrong, problem(error)));
  kind.addEventListener("change", again);
  hours.addEventListener("change", again);
  await refresh();
}

function nothing(kind) {
  return h("p", {}, `No ${kind} is giving way to another. Plan it on the machine with `, h("code", {}, "doctray rollout plan"), ".");
}

function drawn(report, hours, change) {
  const { plan, health } = report;
  return [
    h("h2", {}, `${plan.baseline} → ${plan.candidate}`),
    h("p", {}, shareOf(plan), " Since ", when(plan.stage_since), "."),
    plan.settled ? h("p", {}, "The old baseline is retired: nothing is left to turn.") : dial(plan, change),
    h("h2", {}, "Health"),
    h("p", {}, "The candidate is ", h("span", { class: `badge ${health.verdict}` }, health.verdict.replace("_", " ")), "."),
    checks(health.checks),
    h("h2", {}, "Figures"),
    arms(report),
    PLOTS.map(([name, caption]) => figure(report.plots[name], caption)),
    worst(report.same_documents.worst),
    h("p", {}, h("a", { href: `/v1/admin/rollout/report?kind=${report.kind}&hours=${hours}`, target: "_blank", rel: "noopener" }, "The whole report as a page"), " (to be printed or passed on: it shows no document)."),
    h("h2", {}, "History"),
    past(report.history),
  ];
}

function shareOf(plan) {
  if (!plan.enabled) return `Disabled: ${plan.baseline} reads every job.`;
  const shadow = plan.shadow_percentage ? `, and ${plan.shadow_percentage} % beside the baseline` : "";
  return `${plan.candidate} reads ${plan.percentage} % of jobs${shadow}.`;
}

function dial(plan, change) {
  const why = h("input", { id: "why", maxlength: 500, placeholder: "kept in the history" });
  const before = Math.max(0, ...plan.stages.filter((stage) => stage < plan.percentage));
  const turn = (members, done) => () => change({ ...members, reason: why.value }, done);
  const to = (percentage, words, quiet) =>
    h("button", { type: "button", class: quiet, onclick: turn({ percentage }, `${plan.candidate} reads ${percentage} %`) }, words);
  return h(
    "div",
    { class: "card tools dial", role: "group", "aria-label": "The dial" },
    h("label", { for: "why" }, "Reason"),
    why,
    plan.enabled && plan.next_stage !== null && to(plan.next_stage, `Advance to ${plan.next_stage} %`),
    plan.percentage > 0 && before > 0 && to(before, `Step back to ${before} %`, "quiet"),
    plan.percentage > 0 && to(0, "Roll back to 0 %", "quiet danger"),
    h("button", { type: "button", class: "quiet", onclick: turn({ enabled: !plan.enabled }, plan.enabled ? "Disabled" : "Enabled") }, plan.enabled ? "Disable" : "Enable"),
  );
}

function checks(all) {
  return table(
    ["Figure", "Candidate", "Baseline", "Threshold", "Measured on", "Verdict"],
    all.map((each) => [each.name, number(each.candidate), number(each.baseline), number(each.threshold), each.sample, h("span", { class: `badge ${each.verdict}` }, each.verdict.replace("_", " "))]),
  );
}

function arms({ arms: { baseline, candidate }, same_documents: same }) {
  const both = (name, told) => [name, told(baseline), told(candidate)];
  return [
    table(
      ["What callers got", `${baseline.name} (baseline)`, `${candidate.name} (candidate)`],
      [
        both("jobs", (arm) => arm.jobs),
        both("success", (arm) => shareText(arm.success)),
        both("errors", (arm) => shareText(arm.errors)),
        both("seconds, median", (arm) => number(arm.seconds.median?.value)),
        both("seconds, 95th percentile", (arm) => number(arm.seconds.p95?.value)),
        both("confidence", (arm) => number(arm.confidence?.value)),
        both("right by people's reviews", (arm) => shareText(arm.truth)),
        both("memory, most", (arm) => (arm.memory_bytes === null ? "–" : `${Math.round(arm.memory_bytes / 2 ** 20)} MiB`)),
        both("cost", (arm) => (arm.cost_usd === null ? "–" : `${arm.cost_usd.toFixed(4)} $`)),
      ],
    ),
    h("p", {}, `Read by both: ${same.documents} documents; they agree on ${shareText(same.agreement)} of values.`),
  ];
}

function worst(cases) {
  if (!cases.length) return false;
  return [
    h("h2", {}, "Worst disagreements"),
    table(
      ["Job", "Values that agree", "Fields that differ"],
      cases.map((each) => [h("a", { href: `#/jobs/${each.request_id}` }, h("code", {}, each.request_id)), `${each.agreed} of ${each.compared}`, Object.keys(each.fields).join(", ")]),
    ),
    h("p", { class: "hint" }, "A job opens for the owner of its document alone. ", h("code", {}, "doctray rollout report --output html"), " shows them all on the machine itself."),
  ];
}

function past(changes) {
  return table(
    ["At", "What", "Share", "Who", "Why"],
    changes.map((each) => [when(each.at), each.action.replaceAll("_", " "), `${each.to_percentage} %`, each.by, each.reason]),
  );
}

function table(heads, rows) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": heads[0] },
    h("table", { class: "figures" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))),
  );
}

function figure(svg, caption) {
  if (!svg) return false;
  const plot = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
  return h("figure", {}, plot, h("figcaption", { class: "hint" }, caption));
}

function number(value) {
  return value === null || value === undefined ? "–" : Number(value.toPrecision(3)).toString();
}

function shareText(estimate) {
  return estimate ? `${percent(estimate.value)} (${percent(estimate.low)} to ${percent(estimate.high)})` : "–";
}
