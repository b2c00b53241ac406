// The poll loop of the lightweight API's page: run, then ask until it says completed or failed.
const { BASE_URL, API_KEY, ADDRESS } = process.env;
const headers = { "Content-Type": "application/json", "x-api-key": API_KEY };
const told = [];

async function poll(url) {
  const words = [];
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(url, { headers });
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
    const job = await answer.json();
    if (words.at(-1) !== job.status) words.push(job.status);
    if (job.status === "completed") return { words, result: job.result };
    if (job.status === "failed") return { words, error: job.error };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("it did not end");
}

for (const [submit, follow] of [["/api/pipeline/run", "/api/jobs"], ["/api/scrape", "/api/scrape"]]) {
  const body = JSON.stringify({ url: ADDRESS, schema: { title: "string" }, strategy: "auto" });
  const answer = await fetch(BASE_URL + submit, { method: "POST", headers, body });
  if (answer.status !== 200) throw new Error(`${submit}: ${answer.status}`);
  const { job_id, status } = await answer.json();
  told.push({ route: submit, submitted: status, ...(await poll(`${BASE_URL}${follow}/${job_id}`)) });
}
console.log(JSON.stringify(told));
