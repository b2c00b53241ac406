"""The JavaScript client of examples/javascript, run by Node against the running service."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.acceptance.service import Service
from tests.compat.conftest import KEY, program
from tests.samples.fixtures import SampleSet
from tests.samples.generate import Form

MODULE = Path(__file__).parents[2] / "examples" / "javascript" / "doctray.js"

SCRIPT = """
const { follow, result, DoctrayProblem } = await import(process.argv[2]);
const [url, id, token] = process.argv.slice(3);
const told = { progress: 0 };
try {
  const job = await follow(url, id, token, { onProgress: () => told.progress++, waitSeconds: 5 });
  told.status = job.status;
  told.fields = Object.keys((await result(url, id, token)).fields).length;
} catch (error) {
  if (!(error instanceof DoctrayProblem)) throw error;
  told.problem = error.code;
}
console.log(JSON.stringify(told));
"""


def follow(service: Service, request_id: str, token: str) -> dict[str, Any]:
    called = subprocess.run(
        [program("node"), "--no-warnings", "--input-type=module", "-e", SCRIPT, "--", "-", str(MODULE), service.url, request_id, token],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told: dict[str, Any] = json.loads(called.stdout)
    return told


def test_a_job_is_followed_to_its_end_with_its_read_token_alone(service: Service, samples: SampleSet) -> None:
    with service.client(KEY) as client:
        ticket = client.submit(samples.one("certificate_of_insurance", Form.TEXT).path, no_cache=True)
    told = follow(service, ticket["request_id"], ticket["read_token"])
    assert told["status"] == "completed"
    assert told["progress"] >= 1
    assert told["fields"] > 5


def test_a_wrong_token_is_refused_at_once(service: Service, samples: SampleSet) -> None:
    with service.client(KEY) as client:
        ticket = client.submit(samples.one("certificate_of_insurance", Form.TEXT).path)
    assert follow(service, ticket["request_id"], "rt_wrong")["problem"] == "unauthenticated"
