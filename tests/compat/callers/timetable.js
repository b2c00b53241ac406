// Uploads a timetable and polls it, as the timetable platform does.
import { readFile } from "node:fs/promises";

const { BASE_URL, API_KEY, DOCUMENT } = process.env;
const headers = { "x-api-key": API_KEY };

const form = new FormData();
form.append("document", new Blob([await readFile(DOCUMENT)]), "timetable.pdf");
const upload = await fetch(`${BASE_URL}/api/v1/documents/upload`, { method: "POST", headers, body: form });
if (upload.status !== 200) throw new Error(`upload: ${upload.status}`);
const { success, documentId } = await upload.json();
if (!success) throw new Error("upload was refused");

for (let attempt = 0; attempt < 300; attempt++) {
  const answer = await fetch(`${BASE_URL}/status/${documentId}`, { headers });
  if (answer.status !== 200) throw new Error(`status: ${answer.status}`);
  const job = await answer.json();
  if (job.status === "completed" || job.status === "failed") {
    console.log(JSON.stringify({ documentId, status: job.status, result: job.result }));
    process.exit(0);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}
throw new Error("it did not end");
