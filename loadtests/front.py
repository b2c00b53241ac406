"""The repository's own nginx.conf on a real nginx, in front of the copies of the API."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.deployment.proxy import proxy

RAISED = {"rate=100r/s;": "rate=1000000r/s;", "limit_conn connections 300;": "limit_conn connections 10000;"}
"""nginx limits each address, and all callers of a run come from one."""


def lacks() -> list[str]:
    """What this machine lacks for it, one line each."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/sbin")
    return [] if found else ["nginx is not installed: apt-get install nginx, or --front direct"]


def start(stack: ExitStack, addresses: Sequence[str], port: int, *, folder: Path) -> str:
    """addresses: of the copies, all on one port. Its https URL; the certificate is its own. The stack ends it."""
    return stack.enter_context(proxy(folder / "nginx", list(addresses), port, RAISED)).url
