"""The world outside: a webhook receiver that can be made to misbehave, and a server for the documents of url jobs."""

import asyncio
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from doctray.outbound.signing import BadSignature, verify
from tests.chaos.documents import Paper
from tests.chaos.ledger import Ledger, Post

SECRET = "whsec_Y2hhb3MtY2hhb3MtY2hhb3MtY2hhb3MtY2hhb3M="
"""Signs the webhooks of a chaos run; of no use elsewhere."""


class Mood(StrEnum):
    FINE = "fine"  # 204
    ERRORS = "errors"  # 500
    HANGS = "hangs"  # takes the request and does not answer
    REFUSES = "refuses"  # nothing listens


class Receiver:
    """A small HTTP server; one request a connection."""

    def __init__(self, ledger: Ledger, *, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._now = now
        self._papers: dict[str, Paper] = {}
        self._by_serial: dict[int, Paper] = {}
        self._server: asyncio.Server | None = None
        self._mood = Mood.FINE
        self._better = asyncio.Event()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._better.set()
        if self._server is not None:
            self._server.close()

    @property
    def hook_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def url_of(self, paper: Paper) -> str:
        """Where the document can be downloaded from now on."""
        path = f"/papers/{paper.file_name}"
        self._papers[path] = paper
        return f"http://127.0.0.1:{self.port}{path}"

    def expect(self, serial: int, paper: Paper) -> None:
        """Which document the submission has, to know its results by."""
        self._by_serial[serial] = paper

    async def be(self, mood: Mood) -> None:
        if mood is self._mood:
            return
        before, self._mood = self._mood, mood
        if mood is Mood.REFUSES and self._server is not None:
            self._server.close()
        elif before is Mood.REFUSES:
            await self.start()
        if before is Mood.HANGS:
            self._better.set()
            self._better = asyncio.Event()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, path, headers = await _head(reader)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if method == "GET":
                paper = self._papers.get(path)
                await _answer(writer, 200 if paper else 404, paper.content if paper else b"")
                return
            mood = self._mood
            self._ledger.posts.append(self._post_of(headers, body, taken=mood is Mood.FINE))
            if mood is Mood.HANGS:
                await self._better.wait()
                return
            await _answer(writer, 204 if mood is Mood.FINE else 500, b"")
        except (OSError, EOFError):
            return  # killed while it sent or heard
        finally:
            writer.close()

    def _post_of(self, headers: Mapping[str, str], body: bytes, *, taken: bool) -> Post:
        event: dict[str, Any] = json.loads(body)
        data = event["data"]
        try:
            verify(headers, body, SECRET, now=int(headers["webhook-timestamp"]))
            signed = True
        except (BadSignature, KeyError):
            signed = False
        serial = int(data["metadata"]["serial"])
        paper, result = self._by_serial.get(serial), data.get("result")
        return Post(
            at=self._now(),
            webhook_id=headers.get("webhook-id", ""),
            request_id=data["request_id"],
            serial=serial,
            type=event["type"],
            outcome=f"{data['status']} {data['error']['code']}" if data["error"] else data["status"],
            generation=data["generation"],
            body=body,
            signed=signed,
            taken=taken,
            stranger=paper.stranger(result) if paper and result else None,
        )


async def _head(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str]]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    pairs = (line.partition(":") for line in lines[1:] if line)
    return method, path, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _answer(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
    await writer.drain()
