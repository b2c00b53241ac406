"""The audit log over HTTP and on the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from doctray.domain.keys import Scope
from doctray.storage.migrate import upgrade
from tests.integration.api.door import Door


async def entries(door: Door, key: str, query: str = "") -> list[dict[str, Any]]:
    answer = await door.client.get(f"/v1/admin/audit{query}", headers={"x-api-key": key})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


async def test_what_an_administrator_does_is_noted_with_the_key_and_the_request(door: Door) -> None:
    root = await door.make_key(Scope.ADMIN)
    headers = {"x-api-key": root}
    made = await door.client.post("/v1/admin/keys", json={"name": "portal", "owner": "school", "scopes": ["read"]}, headers=headers)
    key_id = made.json()["key_id"]
    rotated = await door.client.post(f"/v1/admin/keys/{key_id}/rotate", json={"overlap_hours": 1}, headers=headers)
    revoked = await door.client.delete(f"/v1/admin/keys/{key_id}", headers=headers)
    missed = await door.client.delete("/v1/admin/keys/none", headers=headers)
    found = await entries(door, root)
    # Within a millisecond, lines have no order.
    by_request = {entry["request_id"]: entry for entry in found}
    assert [
        (by_request[answer.headers["x-request-id"]]["action"], by_request[answer.headers["x-request-id"]]["outcome"])
        for answer in (made, rotated, revoked, missed)
    ] == [("key.created", "done"), ("key.rotated", "done"), ("key.revoked", "done"), ("key.revoked", "nothing")]
    assert {entry["name"] for entry in found} == {"test"}
    assert {entry["means"] for entry in found} == {"key"}
    assert by_request[made.headers["x-request-id"]]["detail"] == {"owner": "school", "name": "portal", "scopes": ["read"]}


async def test_a_deletion_a_replay_and_a_new_secret_are_noted(door: Door) -> None:
    key, root = await door.make_key(Scope.SUBMIT, Scope.READ), await door.make_key(Scope.ADMIN)
    headers = {"x-api-key": key}
    job = await door.submit(headers=headers)
    await door.fail(job["request_id"], dead_lettered=True)
    await door.client.post(f"/v1/jobs/{job['request_id']}/replay", headers=headers)
    await door.client.delete(f"/v1/jobs/{job['request_id']}", headers=headers)
    await door.client.post("/v1/webhook-secret", headers=headers)
    found = await entries(door, root)
    assert {(entry["action"], entry["target"]) for entry in found} == {
        ("job.replayed", job["request_id"]),
        ("job.deleted", job["request_id"]),
        ("webhook_secret.rotated", "default"),
    }


async def test_no_line_holds_a_secret(door: Door) -> None:
    root = await door.make_key(Scope.ADMIN, Scope.SUBMIT)
    headers = {"x-api-key": root}
    made = (await door.client.post("/v1/admin/keys", json={"name": "portal"}, headers=headers)).json()
    secret = (await door.client.post("/v1/webhook-secret", headers=headers)).json()
    text = json.dumps(await entries(door, root))
    assert made["key"] not in text
    assert secret["secret"] not in text
    assert root not in text


async def test_what_is_done_in_the_console_is_noted_as_such(door: Door) -> None:
    key, root = await door.make_key(Scope.SUBMIT, Scope.READ), await door.make_key(Scope.ADMIN)
    session = (await door.client.post("/console/session", json={"key": key})).json()
    job = (
        await door.client.post("/v1/jobs", files={"file": ("a.pdf", b"%PDF-1.7\n" * 9)}, headers={"x-csrf-token": session["csrf"]})
    ).json()
    await door.client.delete(f"/v1/jobs/{job['request_id']}", headers={"x-csrf-token": session["csrf"]})
    door.client.cookies.clear()
    (entry,) = await entries(door, root)
    assert (entry["means"], entry["action"], entry["target"]) == ("console", "job.deleted", job["request_id"])


async def test_the_log_is_for_administrators_and_comes_in_pages(door: Door) -> None:
    root, reader = await door.make_key(Scope.ADMIN), await door.make_key(Scope.READ)
    assert (await door.client.get("/v1/admin/audit", headers={"x-api-key": reader})).status_code == 403
    for number in range(5):
        await door.client.delete(f"/v1/admin/keys/{number}", headers={"x-api-key": root})
    seen: list[str] = []
    cursor = ""
    while True:
        answer = (await door.client.get(f"/v1/admin/audit?limit=2{cursor}", headers={"x-api-key": root})).json()
        seen += [entry["target"] for entry in answer["entries"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert sorted(seen) == ["0", "1", "2", "3", "4"]


def test_the_command_line_notes_who_ran_it_and_shows_the_log(tmp_path: Path) -> None:
    upgrade(f"sqlite+pysqlite:///{tmp_path / 'journal.sqlite3'}")
    environment = {**os.environ, "DOCTRAY_HOME": str(tmp_path), "LOGNAME": "grace"}

    def doctray(*words: str) -> str:
        command = [sys.executable, "-m", "doctray", *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    key = doctray("keys", "create", "--name", "portal").split()[-1]
    (line,) = doctray("audit", "--json").splitlines()
    entry = json.loads(line)
    assert (entry["means"], entry["name"], entry["action"]) == ("cli", "grace", "key.created")
    shown = doctray("audit")
    assert "cli:grace" in shown
    assert "key.created" in shown
    assert key not in line + shown
