// Building elements. Text only ever becomes text nodes, so nothing that a document says can become markup.

export function h(tag, attributes = {}, ...children) {
  const element = tag.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function show(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

// Said to screen readers, once.
export function say(text) {
  document.getElementById("said").textContent = text;
}

export function when(text) {
  if (!text) return h("span", {}, "–");
  const at = new Date(text);
  return h("time", { datetime: text, title: at.toISOString() }, at.toLocaleString());
}

export function percent(value) {
  return value === null || value === undefined ? "–" : `${Math.round(value * 100)} %`;
}

export function badge(job) {
  const word = job.status === "completed" && job.validated ? "approved" : job.status === "completed" && job.needs_review ? "needs review" : job.status;
  return h("span", { class: `badge ${word.replace(" ", "-")}` }, word);
}

export function problem(error) {
  return h("div", { class: "problem", role: "alert" }, h("strong", {}, error.title || "That did not work"), " ", error.message);
}
