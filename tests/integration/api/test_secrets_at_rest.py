"""What somebody who reads the database finds of keys, tokens and secrets: hashes and sealed bytes."""

from pathlib import Path

from doctray.domain.keys import Scope, hash_api_key
from tests.integration.api.door import open_door


async def test_no_key_token_or_secret_stands_in_the_database(database: str) -> None:
    async with open_door(database) as door:
        root = await door.make_key(Scope.ADMIN, Scope.SUBMIT, Scope.READ)
        headers = {"x-api-key": root}
        made = (await door.client.post("/v1/admin/keys", json={"name": "portal"}, headers=headers)).json()["key"]
        session = await door.client.post("/console/session", json={"key": made})
        secret = (await door.client.post("/v1/webhook-secret", headers=headers)).json()["secret"]
        token = (await door.submit(headers=headers))["read_token"]
        cookie = session.cookies["doctray_session"]
    held = b"".join(path.read_bytes() for path in Path(database).parent.glob("journal.sqlite3*"))
    assert hash_api_key(made).encode() in held, "the right file was looked at"
    for name, value in {"root": root, "made": made, "secret": secret, "bare secret": secret.removeprefix("whsec_"), "token": token}.items():
        assert value.encode() not in held, name
    assert cookie.encode() not in held
