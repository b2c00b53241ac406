"""`doctray submit`, `status`, `result` and `keys`, against the real front door and the real journal."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from doctray.cli.keys import keys_group
from doctray.config import Settings
from doctray.domain.keys import ApiKey, hash_api_key
from doctray.storage.migrate import upgrade
from doctray.wiring import open_journal
from tests.integration.api.door import PDF, RESULT
from tests.integration.client.served import Served
from tests.integration.outbound.servers import answering, serving


@pytest.fixture
def documents(tmp_path: Path) -> list[str]:
    names = [str(tmp_path / "first.pdf"), str(tmp_path / "second.pdf")]
    for number, name in enumerate(names):
        Path(name).write_bytes(PDF + bytes([number]))
    return names


@dataclass(frozen=True)
class Ended:
    exit_code: int
    stdout: str
    stderr: str


async def doctray(*arguments: str) -> Ended:
    """The command as a process of its own."""
    run = "from doctray.cli.main import main; main()"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", run, *arguments, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def _rung(served: Served, count: int) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(60):
        while len(found) < count:
            found += [ring.request_id for ring in served.door.queue.answer()]
            await asyncio.sleep(0.01)
    return found


async def test_submitting_waits_and_prints_the_fields(served: Served, documents: list[str]) -> None:
    running = asyncio.create_task(doctray("submit", *documents, "--type", "certificate", "--url", served.url))
    for request_id in await _rung(served, 2):
        await served.door.complete(request_id)
    result = await running
    assert result.exit_code == 0, result.stderr
    for part in ("first.pdf", "second.pdf", "Number", "A-1"):
        assert part in result.stdout


async def test_json_goes_to_stdout_alone_one_object_a_document(served: Served, documents: list[str]) -> None:
    running = asyncio.create_task(doctray("submit", *documents, "--json", "--url", served.url))
    for request_id in await _rung(served, 2):
        await served.door.complete(request_id)
    told = [json.loads(line) for line in (await running).stdout.splitlines()]
    assert [(job["status"], job["result"]) for job in told] == [("completed", RESULT)] * 2


async def test_a_document_that_fails_makes_the_command_fail(served: Served, documents: list[str]) -> None:
    running = asyncio.create_task(doctray("submit", *documents, "--url", served.url))
    first, second = await _rung(served, 2)
    await served.door.complete(first)
    await served.door.fail(second)
    result = await running
    assert result.exit_code == 1
    assert "corrupt_document" in result.stdout
    assert "A-1" in result.stdout
    assert "1 of 2 documents were not completed" in result.stderr


async def test_a_refused_document_does_not_hold_up_the_others(served: Served, documents: list[str], tmp_path: Path) -> None:
    (tmp_path / "notes.pdf").write_text("just text")
    missing, refused = str(tmp_path / "missing.pdf"), str(tmp_path / "notes.pdf")
    running = asyncio.create_task(doctray("submit", missing, refused, documents[0], "--url", served.url))
    (request_id,) = await _rung(served, 1)
    await served.door.complete(request_id)
    result = await running
    assert result.exit_code == 1
    assert "missing.pdf: No such file or directory" in result.stderr
    assert "unsupported_media_type" in result.stderr
    assert "2 of 3 documents were not completed" in result.stderr
    assert "A-1" in result.stdout


async def test_without_waiting_it_tells_the_ids(served: Served, documents: list[str]) -> None:
    result = await doctray("submit", documents[0], "--no-wait", "--url", served.url)
    assert result.exit_code == 0
    (request_id,) = await _rung(served, 1)
    assert result.stdout.startswith(f"{request_id}  queued  ")


async def test_options_reach_the_service(served: Served, documents: list[str]) -> None:
    await doctray("submit", documents[0], "--no-wait", "--type", "timetable", "--pages", "2-3", "--languages", "en", "--url", served.url)
    (request_id,) = await _rung(served, 1)
    job = await served.door.journal.get(request_id)
    assert job is not None
    assert (job.options.document_type.value, job.options.pages, job.options.languages) == ("timetable", "2-3", ("en",))


async def test_status_and_result_of_one_job(served: Served, documents: list[str]) -> None:
    await doctray("submit", documents[0], "--no-wait", "--url", served.url)
    (request_id,) = await _rung(served, 1)
    queued = await doctray("status", request_id, "--url", served.url)
    assert queued.exit_code == 0
    assert re.search(r"status +queued", queued.stdout)
    early = await doctray("result", request_id, "--url", served.url)
    assert (early.exit_code, "not_finished" in early.stderr) == (1, True)
    await served.door.complete(request_id)
    assert "A-1" in (await doctray("result", request_id, "--url", served.url)).stdout
    assert json.loads((await doctray("result", request_id, "--json", "--url", served.url)).stdout) == RESULT
    assert json.loads((await doctray("status", request_id, "--json", "--url", served.url)).stdout)["status"] == "completed"


async def test_a_result_is_taken_in_a_form(served: Served, documents: list[str], tmp_path: Path) -> None:
    await doctray("submit", documents[0], "--no-wait", "--url", served.url)
    (request_id,) = await _rung(served, 1)
    await served.door.complete(request_id)
    printed = await doctray("result", request_id, "--format", "txt", "--url", served.url)
    assert (printed.exit_code, printed.stdout) == (0, "Certificate\nA-1")
    target = tmp_path / "result.csv"
    saved = await doctray("result", request_id, "--format", "csv", "-o", str(target), "--url", served.url)
    assert (saved.exit_code, saved.stdout) == (0, "")
    assert target.read_bytes().startswith(b"request_id,")
    refused = await doctray("result", request_id, "--format", "ics", "--url", served.url)
    assert (refused.exit_code, "not_acceptable" in refused.stderr) == (1, True)
    nowhere = await doctray("result", request_id, "--format", "csv", "-o", str(tmp_path / "no" / "file"), "--url", served.url)
    assert (nowhere.exit_code, "No such file" in nowhere.stderr) == (1, True)


async def test_the_status_of_a_failed_job_is_a_failure(served: Served, documents: list[str]) -> None:
    await doctray("submit", documents[0], "--no-wait", "--url", served.url)
    (request_id,) = await _rung(served, 1)
    await served.door.fail(request_id)
    result = await doctray("status", request_id, "--url", served.url)
    assert (result.exit_code, "corrupt_document" in result.stderr) == (1, True)


async def test_an_unknown_job_is_said(served: Served) -> None:
    result = await doctray("status", "01nothing", "--url", served.url)
    assert (result.exit_code, "not_found" in result.stderr) == (1, True)


async def test_the_key_of_the_settings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "dt_from_the_settings")
    body = json.dumps({"request_id": "01job", "status": "queued"}).encode()
    async with serving(answering(200, body)) as server:
        monkeypatch.setenv("PORT", str(server.port))
        assert (await doctray("status", "01job")).exit_code == 0
    assert server.seen[0].headers["x-api-key"] == "dt_from_the_settings"


async def test_a_service_that_is_not_there_is_said(documents: list[str]) -> None:
    async with serving(answering()) as server:
        url = server.url("")
    result = await doctray("submit", documents[0], "--url", url)
    assert result.exit_code == 1
    assert "does not answer" in result.stderr


def test_a_key_is_made_shown_once_listed_and_revoked() -> None:
    settings = Settings()
    upgrade(settings.database_dsn)
    run = CliRunner()
    made = run.invoke(keys_group, ["create", "--name", "scanner", "--scope", "submit", "--owner", "acme", "--rate-per-minute", "5"])
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    stored = asyncio.run(_find(settings, key))
    assert stored is not None
    assert (stored.owner, stored.name, sorted(stored.scopes), stored.rate_per_minute) == ("acme", "scanner", ["submit"], 5)
    listed = run.invoke(keys_group, ["list"]).stdout
    assert stored.key_id in listed
    assert "usable" in listed
    assert key not in listed
    assert run.invoke(keys_group, ["revoke", stored.key_id]).exit_code == 0
    assert "revoked" in run.invoke(keys_group, ["list"]).stdout
    assert run.invoke(keys_group, ["revoke", "key_unknown"]).exit_code == 1


def test_keys_submit_and_read_unless_told_otherwise() -> None:
    settings = Settings()
    upgrade(settings.database_dsn)
    key = CliRunner().invoke(keys_group, ["create", "--name", "x"]).stdout.strip()
    stored = asyncio.run(_find(settings, key))
    assert stored is not None
    assert (stored.owner, sorted(stored.scopes), stored.expires_at) == ("default", ["read", "submit"], None)


def test_without_a_journal_it_says_how_to_make_one() -> None:
    result = CliRunner().invoke(keys_group, ["list"])
    assert result.exit_code == 1
    assert "doctray upgrade" in result.stderr


async def _find(settings: Settings, key: str) -> ApiKey | None:
    async with open_journal(settings) as journal:
        return await journal.find_key(hash_api_key(key))
