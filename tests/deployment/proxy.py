"""The repository's nginx.conf on a real nginx, on ports of the test's own, with a name server that answers for `api`."""

import json
import os
import re
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from tests.certificates import self_signed
from tests.deployment.parts import ROOT, Running, program
from tests.ports import free_port

ADDRESS = "127.0.0.1"


class NameServer:
    """Answers every question for an IPv4 address with `addresses`, which may change at any time."""

    def __init__(self, addresses: list[str]) -> None:
        self.addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                query, asker = self._socket.recvfrom(512)
            except OSError:
                return
            addresses = list(self.addresses)
            # RFC 1035: the question comes back, and each record points to its name at offset 12.
            header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(addresses), 0, 0)
            records = b"".join(struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4) + ip_address(each).packed for each in addresses)
            self._socket.sendto(header + query[12:] + records, asker)

    def close(self) -> None:
        self._socket.close()


class Proxy:
    """nginx in front of whatever the name server names."""

    def __init__(self, folder: Path, *, names: NameServer, api_port: int, changes: dict[str, str]) -> None:
        self.http_port, self.https_port = free_port(), free_port()
        self.url = f"https://{ADDRESS}:{self.https_port}"
        self.plain_url = f"http://{ADDRESS}:{self.http_port}"
        self.names = names
        self.trust = ssl.create_default_context(cafile=self_signed(folder, ADDRESS).chain)
        self.acme = folder / "acme"
        (self.acme / ".well-known" / "acme-challenge").mkdir(parents=True)
        (folder / "cache").mkdir()
        self.config = folder / "nginx.conf"
        self.config.write_text(self._rendered(folder, api_port, changes))
        self._nginx = program("nginx", "nginx")
        self._log = folder / "nginx.log"
        self.running: Running | None = None

    def _rendered(self, folder: Path, api_port: int, changes: dict[str, str]) -> str:
        text = (ROOT / "nginx.conf").read_text()
        told = {
            "listen [::]:80;\n": "\n",
            "listen [::]:443 ssl http2;\n": "\n",
            "listen 80;": f"listen {ADDRESS}:{self.http_port};",
            "listen 443 ssl http2;": f"listen {ADDRESS}:{self.https_port} ssl http2;",
            "/etc/nginx/tls/": f"{folder}/",
            "/var/www/acme": str(self.acme),
            "/var/cache/nginx/": f"{folder}/cache/",
            "pid /tmp/nginx.pid;": f"pid {folder}/nginx.pid;",
            "resolver 127.0.0.11 valid=5s": f"resolver {ADDRESS}:{self.names.port} valid=1s",
            "http://api:8000": f"http://api:{api_port}",
            **changes,
        }
        for old, new in told.items():
            assert old in text, old
            text = text.replace(old, new)
        text = re.sub(r"/tmp/(fastcgi|uwsgi|scgi)", rf"{folder}/cache/\1", text)
        # Under root, workers would become nobody, who cannot enter a test's folder.
        return ("user root;\n" if os.geteuid() == 0 else "") + text

    def checked(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self._nginx, "-t", "-c", str(self.config)], capture_output=True, text=True, timeout=240)

    def start(self) -> None:
        self.running = Running([self._nginx, "-c", str(self.config), "-g", "daemon off;"], log=self._log)
        self.running.until(lambda: _connects(self.https_port), what="nginx")

    def stop(self) -> None:
        if self.running is not None:
            self.running.stop()

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def proxy(folder: Path, addresses: list[str], api_port: int, changes: dict[str, str] | None = None) -> Iterator[Proxy]:
    folder.mkdir(exist_ok=True)
    names = NameServer(addresses)
    opened = Proxy(folder, names=names, api_port=api_port, changes=changes or {})
    try:
        opened.start()
        yield opened
    finally:
        opened.stop()
        names.close()


@contextmanager
def echo(address: str, port: int = 0) -> Iterator[int]:
    """A stand-in for the API that answers with the headers it got, and never answers for /silent; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/silent":
                ended.wait(60)
                return
            body = json.dumps({"at": address, **{name.lower(): value for name, value in self.headers.items()}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None: ...

    ended = threading.Event()
    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        ended.set()
        server.shutdown()
        server.server_close()


def _connects(port: int) -> bool:
    try:
        socket.create_connection((ADDRESS, port), timeout=1).close()
    except OSError:
        return False
    return True
