// Requests to our own origin, with the session's token, and problems (RFC 9457) as errors.

export const session = { signedIn: false, owner: null, scopes: [], csrf: null };

export class Refused extends Error {
  constructor(status, body) {
    super(body.detail || `The service answered ${status}.`);
    this.status = status;
    this.code = body.code || "";
    this.title = body.title || "";
    this.errors = body.errors || [];
  }
}

export async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const sent = { ...headers };
  if (session.csrf && method !== "GET") sent["x-csrf-token"] = session.csrf;
  if (body !== undefined && !(body instanceof FormData)) {
    sent["content-type"] = "application/json";
    body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: sent, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { title: "No answer", detail: "The service cannot be reached. What was accepted is safe; this page tries again." });
  }
  if (!answer.ok) {
    const refusal = new Refused(answer.status, await answer.json().catch(() => ({})));
    if (answer.status === 401 && session.signedIn) {
      session.signedIn = false;
      window.dispatchEvent(new Event("signed-out"));
    }
    throw refusal;
  }
  return answer;
}

export async function json(path, options) {
  return (await call(path, options)).json();
}

function keep(view) {
  Object.assign(session, { signedIn: view.signed_in, owner: view.owner, scopes: view.scopes, csrf: view.csrf });
}

export async function lookAtSession() {
  keep(await json("/console/session"));
}

export async function signIn(key) {
  keep(await json("/console/session", { method: "POST", body: { key } }));
}

export async function signOut() {
  await call("/console/session", { method: "DELETE" });
  keep({ signed_in: false, owner: null, scopes: [], csrf: null });
}

// A job's course. Read with fetch and not EventSource, which cannot be told to stop at an error of ours.
export async function follow(requestId, onEvent, signal) {
  let seen = "";
  while (!signal.aborted) {
    try {
      const answer = await call(`/v1/jobs/${requestId}/events`, { signal, headers: seen ? { "last-event-id": seen } : {} });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const lines = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
          if (!lines.data) continue;
          seen = lines.id;
          await onEvent(lines.event, JSON.parse(lines.data));
          if (lines.event !== "progress") return;
        }
      }
    } catch (error) {
      if (signal.aborted || (error.status >= 400 && error.status < 500 && error.status !== 429)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
