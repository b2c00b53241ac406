"""Starts the API on uvicorn: judges the settings first, binds the port, then serves until SIGTERM."""

import asyncio
import errno
import os
import socket
from functools import cache
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from doctray.api.allocator import share_heaps
from doctray.api.app import create_app
from doctray.api.connection import Connection
from doctray.api.production import check_settings
from doctray.config import Settings, SettingsError, is_loopback
from doctray.domain.errors import TemporarilyUnavailable
from doctray.telemetry import logging as telemetry_logging
from doctray.telemetry import metrics, tracing
from doctray.wiring import open_journal

KEEP_ALIVE_S = 75
"""Above the 60 s after which nginx and cloud load balancers close an idle connection, so that they never meet a closed one."""

BACKLOG = 2048


def run(settings: Settings) -> None:
    """Serve until SIGTERM. Raises SettingsError when it must not or cannot start."""
    telemetry_logging.configure(settings.service.log_level, settings.service.log_format, "api")
    check_settings(settings)
    if not is_loopback(settings.service.host):
        _refuse_without_keys(settings)
    listener = _listen(settings.service.host, settings.service.port)
    # Who the client is decides its limits: a proxy's word counts only where the operator names the proxy.
    trusted = os.environ.get("FORWARDED_ALLOW_IPS")
    config = uvicorn.Config(
        "doctray.api.server:build",
        factory=True,
        loop="uvloop",
        http="doctray.api.server:connection",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=trusted is not None,
        forwarded_allow_ips=trusted,
        workers=settings.worker.processes,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.intake.wait_max_seconds) + 5,
        backlog=BACKLOG,
    )
    if config.workers > 1:
        with metrics.shared_between_processes():
            Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def build() -> FastAPI:
    """The application of one API process; uvicorn's factory."""
    share_heaps()
    settings = Settings()
    telemetry_logging.configure(settings.service.log_level, settings.service.log_format, "api")
    metrics.set_build(version("doctray"))
    tracing.configure("api", version("doctray"))
    return create_app(settings)


def connection(**given: Any) -> Connection:
    """A client has connected; uvicorn's factory of protocols."""
    return Connection(**given, patience_s=_patience_s())


@cache
def _patience_s() -> float:
    return Settings().intake.client_seconds


def _refuse_without_keys(settings: Settings) -> None:
    if settings.access.api_key is not None:
        return
    if not asyncio.run(_has_keys(settings)):
        raise SettingsError(
            f"The API would listen on {settings.service.host} without any key, open to whoever can reach it. "
            "Set API_KEY, or make a key with `doctray keys create`, or listen on 127.0.0.1."
        )


async def _has_keys(settings: Settings) -> bool:
    async with open_journal(settings) as journal:
        try:
            return await journal.current() and await journal.has_keys()
        except TemporarilyUnavailable as error:
            raise SettingsError(f"Whether any key exists cannot be told: {error.detail} Set API_KEY or look at DATABASE_URL.") from error


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"Port {port} is in use. Stop what uses it, or set PORT to another.") from error
        raise SettingsError(f"Cannot listen on {host} port {port}: {error.strerror or error}. Correct DOCTRAY_HOST or PORT.") from error
    listener.set_inheritable(True)
    return listener
