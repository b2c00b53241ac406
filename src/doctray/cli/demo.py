"""`doctray demo`: what scripts/run does once everything is installed: serve, send the two samples, show what came out."""

import subprocess
import sys
import time
from pathlib import Path

import click

from doctray.cli.main import load_settings
from doctray.cli.own_service import healthy, start, stop, tail

SAMPLES = ("certificate_of_insurance.pdf", "class_timetable.png")

DONE_WITHIN_S = 600.0
"""For both samples together, on a machine that is busy with other things."""


@click.command()
@click.option("--once", is_flag=True, help="End after the samples: status 0 when both completed.")
def demo_command(once: bool) -> None:
    """Start everything, send the two sample documents, print their fields, go on serving."""
    settings = load_settings()
    samples = [_samples_folder() / name for name in SAMPLES]
    for sample in samples:
        if not sample.exists():
            raise click.ClickException(f"The sample {sample} is missing; get the checkout again, or run scripts/make_samples.py.")
    settings.home.mkdir(parents=True, exist_ok=True)
    log_path = settings.home / "logs" / "serve.log"
    log_path.parent.mkdir(parents=True, exist_ok=True)
    url = f"http://{settings.service.host}:{settings.service.port}"
    click.echo(f"Starting Redis, the API and the workers. State: {settings.home}. Log: {log_path}")
    with log_path.open("ab") as log:
        log_start = log.tell()
        server = start(log)
        try:
            failed = _demonstrate(server, url, samples, log_path, log_start)
            if not once and not failed:
                _serve_on(server, url)
        except KeyboardInterrupt:
            failed = False
        finally:
            stop(server)
    sys.exit(1 if failed else 0)


def _demonstrate(server: subprocess.Popen[bytes], url: str, samples: list[Path], log_path: Path, log_start: int) -> bool:
    """Whether something went wrong; what it was has been said."""
    began = time.monotonic()
    if not healthy(server, url):
        click.echo(f"doctray did not start. The end of {log_path}:", err=True)
        click.echo(tail(log_path, log_start), err=True)
        return True
    click.echo(f"Serving on {url} after {time.monotonic() - began:.1f} s. Sending {' and '.join(path.name for path in samples)}.")
    command = [sys.executable, "-m", "doctray", "submit", "--url", url, *map(str, samples)]
    try:
        submitted = subprocess.run(command, check=False, timeout=DONE_WITHIN_S)  # noqa: S603 our own command
    except subprocess.TimeoutExpired:
        click.echo(f"The samples were not finished within {DONE_WITHIN_S:g} s. The end of {log_path}:", err=True)
        click.echo(tail(log_path, log_start), err=True)
        return True
    return submitted.returncode != 0


def _serve_on(server: subprocess.Popen[bytes], url: str) -> None:
    click.echo(f"\nServing on {url}: the console, in a browser ({url}/docs: the API). Ctrl-C stops it.")
    server.wait()
    if server.returncode:
        raise click.ClickException(f"The server ended with status {server.returncode}; its log says why.")


def _samples_folder() -> Path:
    """In the checkout: samples are for trying it out, and are not installed."""
    return Path(__file__).resolve().parents[3] / "examples" / "documents"
