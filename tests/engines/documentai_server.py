"""A server on loopback that speaks Document AI's protocol and its token server's, and behaves as the test says."""

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from PIL import Image

from doctray.ocr.documentai import DocumentAi

PROCESSOR = "projects/papers/locations/eu/processors/4f2a"
ACCOUNT = "reader@papers.iam.gserviceaccount.com"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""Of an assertion, wherever the key file says that it is to be sent."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request for a page: its body, and the image in it."""

    body: dict[str, Any]
    image: Image.Image


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer. body: JSON, or bytes as they are. until: the answer waits for it. endless: the body goes on for as long as it is read."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    until: threading.Event | None = None
    endless: bool = False


Answering = Callable[[Asked], Said]


@dataclass
class DocumentAiServer:
    """answer: to each page. asked: what came, in order. tokens: those that are good now; `expire` ends them."""

    answer: Answering
    token_answer: Callable[[], Said] | None = None
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    tokens_given: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, folder: Path, **changed: Any) -> DocumentAi:
        """As an operator would set them, with a key file of this server's account in the folder."""
        path = folder / "account.json"
        path.write_text(json.dumps(account(f"{self.address}/token")))
        given: dict[str, Any] = {
            "processor": PROCESSOR,
            "endpoint": self.address,
            "credentials_file": path,
            "timeout_s": 60.0,
            "requests": 4,
        }
        return DocumentAi(**given | changed)

    def expire(self) -> None:
        with self.lock:
            self.tokens.clear()

    def token(self, form: bytes) -> Said:
        """What a service account's signed assertion is exchanged for (RFC 7523)."""
        if self.token_answer is not None:
            return self.token_answer()
        fields = parse_qs(form.decode())
        assert fields["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        claims = jwt.decode(fields["assertion"][0], private_key().public_key(), ["RS256"], audience=AUDIENCE)
        assert claims["iss"] == ACCOUNT
        assert claims["scope"] == "https://www.googleapis.com/auth/cloud-platform"
        assert 0 < claims["exp"] - claims["iat"] <= 3600
        with self.lock:
            self.tokens_given += 1
            token = f"ya29.token-{self.tokens_given}"
            self.tokens.append(token)
        return Said(body={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def process(self, authorization: str, body: bytes) -> Said:
        with self.lock:
            allowed = authorization.removeprefix("Bearer ") in self.tokens
        if not allowed:
            return error(401, "UNAUTHENTICATED")
        said = json.loads(body)
        image = Image.open(BytesIO(base64.b64decode(said["rawDocument"]["content"])))
        asked = Asked(body=said, image=image)
        with self.lock:
            self.asked.append(asked)
        return self.answer(asked)


def error(status: int, word: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Said:
    """A google.rpc.Status, with a message that must never be told on."""
    return Said(status=status, body={"error": {"code": status, "message": "policy 12-345 of Jane Roe", "status": word}}, headers=headers)


@dataclass(frozen=True)
class Ink:
    """A token: its text with what follows it in the document's text, and its box in parts of the image."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 0.97
    orientation: str = "PAGE_UP"

    def token(self, start: int) -> dict[str, Any]:
        corners = [(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
        # proto3's JSON leaves out what is zero, and writes whole numbers of 64 bits as text
        segment = {"endIndex": str(start + len(self.text))} | ({"startIndex": str(start)} if start else {})
        token: dict[str, Any] = {
            "layout": {
                "textAnchor": {"textSegments": [segment]},
                "confidence": self.confidence,
                "boundingPoly": {"normalizedVertices": [{k: v for k, v in (("x", x), ("y", y)) if v} for x, y in corners]},
                "orientation": self.orientation,
            }
        }
        return token | ({"detectedBreak": {"type": "SPACE"}} if self.text[-1:].isspace() else {})


def answer_of(ink: Sequence[Ink], *, width: int, height: int, kind: str = "tokens", **page: Any) -> dict[str, Any]:
    """A ProcessResponse for one page. width, height: of what was read."""
    starts = [sum(len(one.text) for one in ink[:place]) for place in range(len(ink))]
    described = [one.token(start) for one, start in zip(ink, starts, strict=True)]
    return {
        "document": {
            "text": "".join(one.text for one in ink),
            "pages": [{"pageNumber": 1, "dimension": {"width": width, "height": height, "unit": "pixels"}, kind: described} | page],
        }
    }


INVOICE = (Ink("Invoice ", 0.1, 0.2, 0.4, 0.6), Ink("2041\n", 0.45, 0.2, 0.6, 0.6))


def reads_invoice(asked: Asked) -> Said:
    return Said(body=answer_of(INVOICE, width=asked.image.width, height=asked.image.height))


def account(token_uri: str) -> dict[str, str]:
    """A service account's key file."""
    pem = private_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return {
        "type": "service_account",
        "project_id": "papers",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": ACCOUNT,
        "client_id": "1",
        "token_uri": token_uri,
    }


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def serving(answer: Answering = reads_invoice, *, token_answer: Callable[[], Said] | None = None) -> Iterator[DocumentAiServer]:
    speaker = DocumentAiServer(answer, token_answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/token":
                said = speaker.token(body)
            elif self.path == f"/v1/{PROCESSOR}:process":
                said = speaker.process(self.headers.get("authorization", ""), body)
            else:
                said = error(404, "NOT_FOUND")
            if said.until is not None:
                said.until.wait()
            try:
                self._send(said)
            except ConnectionError:
                self.close_connection = True

        def _send(self, said: Said) -> None:
            content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            if said.endless:
                self.send_header("connection", "close")
                self.end_headers()
                while True:
                    self.wfile.write(b" " * 65536)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    speaker.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield speaker
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which every connection is refused: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
