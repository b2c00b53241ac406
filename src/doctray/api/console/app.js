// The console: signing in, and which view the address asks for.

import { lookAtSession, session, signIn, signOut } from "./api.js";
import { h, problem, say, show } from "./dom.js";
import { deadLettersView, workersView } from "./admin.js";
import { jobView } from "./job.js";
import { jobsView } from "./jobs.js";
import { rolloutsView } from "./rollouts.js";

const main = document.getElementById("main");
const nav = document.getElementById("nav");
const who = document.getElementById("who");
let leaving = new AbortController();

const VIEWS = [
  [/^#\/jobs$/, "Jobs", (signal) => jobsView(main, signal)],
  [/^#\/jobs\/([\w-]+)$/, null, (signal, id) => jobView(main, signal, id)],
  [/^#\/dead-letters$/, "Dead letters", (signal) => deadLettersView(main, signal), "admin"],
  [/^#\/rollouts$/, "Rollouts", (signal) => rolloutsView(main, signal), "admin"],
  [/^#\/workers$/, "Workers", (signal) => workersView(main, signal), "admin"],
];

function frame() {
  nav.hidden = !session.signedIn;
  const links = VIEWS.filter(([, name, , scope]) => name && (!scope || session.scopes.includes(scope)));
  show(
    nav,
    links.map(([pattern, name]) => {
      const target = `#/${pattern.source.replace(/[^a-z-]/g, "")}`;
      return h("a", { href: target, "aria-current": location.hash === target ? "page" : null }, name);
    }),
  );
  if (!session.signedIn) return show(who);
  show(
    who,
    h("span", { class: "owner", title: `scopes: ${session.scopes.join(", ")}` }, session.owner),
    session.csrf && h("button", { type: "button", class: "quiet", onclick: leave }, "Sign out"),
  );
}

async function leave() {
  await signOut();
  route();
}

function signInView(note) {
  const input = h("input", { id: "key", name: "key", type: "password", autocomplete: "current-password", required: true });
  const wrong = h("div");
  const form = h(
    "form",
    {
      class: "card sign-in",
      onsubmit: async (event) => {
        event.preventDefault();
        try {
          await signIn(input.value);
          route();
        } catch (error) {
          show(wrong, problem(error));
          input.select();
        }
      },
    },
    h("h1", {}, "Sign in"),
    note && h("p", {}, note),
    h("label", { for: "key" }, "API key"),
    input,
    wrong,
    h("button", { type: "submit" }, "Sign in"),
    h("p", { class: "hint" }, "An operator makes keys with ", h("code", {}, "doctray keys create"), "."),
  );
  document.title = "Sign in · doctray";
  show(main, form);
  input.focus();
}

async function route() {
  leaving.abort();
  leaving = new AbortController();
  try {
    if (!session.signedIn) await lookAtSession();
  } catch (error) {
    return show(main, problem(error));
  }
  if (!session.signedIn) {
    frame();
    return signInView();
  }
  if (!location.hash.startsWith("#/")) return location.replace("#/jobs");
  frame();
  for (const [pattern, name, view] of VIEWS) {
    const found = pattern.exec(location.hash);
    if (!found) continue;
    document.title = `${name || "Job"} · doctray`;
    say(name || "Job");
    try {
      await view(leaving.signal, ...found.slice(1));
    } catch (error) {
      if (error.name !== "AbortError") show(main, problem(error));
    }
    return;
  }
  show(main, h("p", {}, "There is no such page. ", h("a", { href: "#/jobs" }, "To the jobs")));
}

window.addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#/")) return;
  route();
  main.focus({ preventScroll: true });
});
// A request that a click began, and that leaving the page ended, is nobody's error.
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name === "AbortError") event.preventDefault();
});
window.addEventListener("signed-out", () => {
  leaving.abort();
  frame();
  signInView("The session has ended; sign in again.");
});
route();
