// Follows a document that your own backend handed in. Works in browsers and in Node 18 and later; needs nothing else.
//
//   import { follow } from "./doctray.js";
//   const job = await follow("https://doctray.example", ticket.request_id, ticket.read_token, { onProgress: show });
//
// The read token opens this one job and nothing else, so it may go to the page; the API key stays on your server. The page's origin must be
// named in CORS_ORIGINS.

const ENDED = ["completed", "failed", "cancelled"];
const LONGEST_PAUSE_MS = 30_000;

export class DoctrayProblem extends Error {
  constructor(status, body) {
    super(body.detail || `doctray answered ${status}`);
    this.status = status;
    this.code = body.code || "unexpected_answer";
    this.retryable = Boolean(body.retryable ?? status >= 500);
  }
}

// The job as soon as it has ended. Waits on the server for each change, and asks again with growing pauses while doctray cannot be reached.
// Rejects with DoctrayProblem for what will not change (unknown job, wrong token), or with the signal's reason.
export async function follow(baseUrl, requestId, readToken, { onProgress = () => {}, waitSeconds = 25, signal } = {}) {
  let etag = null;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    let pauseMs = 0;
    try {
      const headers = { "x-read-token": readToken, prefer: `wait=${waitSeconds}` };
      if (etag) headers["if-none-match"] = etag;
      const answer = await fetch(`${baseUrl}/status/${encodeURIComponent(requestId)}`, { headers, signal: limited(signal, waitSeconds) });
      failures = 0;
      if (answer.status === 200) {
        const job = await answer.json();
        etag = answer.headers.get("etag");
        onProgress(job);
        if (ENDED.includes(job.status)) return job;
      } else if (answer.status !== 304) {
        const problem = new DoctrayProblem(answer.status, await answer.json().catch(() => ({})));
        if (!problem.retryable) throw problem;
        pauseMs = 1000 * Number(answer.headers.get("retry-after") || 2);
      }
    } catch (error) {
      if (error instanceof DoctrayProblem) throw error;
      signal?.throwIfAborted();
      pauseMs = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failures++);
    }
    if (pauseMs) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

// The fields and where each stands on its page.
export async function result(baseUrl, requestId, readToken) {
  const answer = await fetch(`${baseUrl}/v1/jobs/${encodeURIComponent(requestId)}/result`, { headers: { "x-read-token": readToken } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new DoctrayProblem(answer.status, body);
  return body;
}

function limited(signal, waitSeconds) {
  const limit = AbortSignal.timeout((waitSeconds + 10) * 1000);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}
