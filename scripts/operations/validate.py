"""Looks at every item of docs/go-live.md that a machine can check: scripts/validate_deployment."""

import argparse
import hashlib
import json
import shlex
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from scripts.operations.finding import Finding, Status, as_json, as_text
from scripts.operations.target import CERTIFICATE, Target, key_of, read_to_its_end

SOON_S = 30.0
"""In which 95 % of jobs end (docs/loadtests.md); one document on an idle deployment is among them."""

BACKUP_HOURS = 26
"""A nightly backup that took its time."""

CERTIFICATE_DAYS = 14
"""Renewal by ACME comes 30 days before the end: below 14 it has failed for two weeks."""

DOCTOR_WITHIN_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the checks may use. None: not given, and what needs it is skipped.

    plain_url: where plain http answers; None: on port 80, where the target is on 443. doctray: the command as it is called in the
    environment of a worker.
    """

    target: Target
    plain_url: str | None = None
    backups: Path | None = None
    prometheus: str | None = None
    doctray: tuple[str, ...] | None = None


class Skip(Exception):
    """What to give, so that this can be checked."""


class Wrong(Exception):
    """What was seen instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    item: str
    title: str
    look: Callable[[Given], str]


def validate(given: Given, *, items: Collection[str] | None = None) -> list[Finding]:
    """items: those of them; unset: all."""
    return [_finding(check, given) for check in CHECKS if items is None or check.item in items]


def _finding(check: Check, given: Given) -> Finding:
    try:
        status, said = Status.PASSED, check.look(given)
    except Skip as skip:
        status, said = Status.SKIPPED, str(skip)
    except Wrong as wrong:
        status, said = Status.FAILED, str(wrong)
    except (httpx.HTTPError, OSError, ValueError, KeyError) as error:
        status, said = Status.FAILED, f"{type(error).__name__}: {error}"
    return Finding(item=check.item, title=check.title, status=status, said=said)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Wrong(otherwise)


def _alive(given: Given) -> str:
    with given.target.client(key="") as client:
        for path in ("/livez", "/readyz"):
            status = client.get(path).status_code
            _expect(status == 200, f"{path} answers {status}")
    return "/livez and /readyz answer 200"


def _healthy(given: Given) -> str:
    with given.target.client() as client:
        body = client.get("/health").json()
    _expect(body["status"] == "healthy", f"/health says {body['status']}: {body.get('parts')}")
    _expect(bool(body.get("workers")), "there is no worker")
    return f"workers: {body['workers']}, dead letters: {body['queue']['dead_letters']}, version {body['version']}"


def _keys(given: Given) -> str:
    for key in ("", "dt_not-a-key"):
        with given.target.client(key=key) as client:
            status = client.get("/v1/jobs").status_code
        _expect(status == 401, f"/v1/jobs answers {status} {'to a wrong key' if key else 'without a key'}")
    return "401 without a key and to a wrong one"


def _document(given: Given) -> str:
    with _keyed(given).client() as client:
        began = time.monotonic()
        request_id = _hand_in(client, no_cache=True)
        job = read_to_its_end(client, request_id, within_s=180)
        seconds = time.monotonic() - began
        _expect(job["status"] == "completed", f"the sample is {job['status']}: {job.get('error')}")
        result = client.get(f"/v1/jobs/{request_id}/result").json()
        client.delete(f"/v1/jobs/{request_id}")
    _expect(result["document_type"] == "certificate", f"the sample was taken for {result['document_type']}")
    _expect(bool(result["fields"].get("insurers")), "no insurer was found in the sample")
    _expect(seconds < SOON_S, f"the sample took {seconds:.1f} s; {SOON_S:g} is what 95 % of jobs stay below")
    return f"the sample was read in {seconds:.1f} s"


def _reuse(given: Given) -> str:
    with _keyed(given).client() as client:
        ids = []
        for _ in range(2):
            ids.append(_hand_in(client))
            job = read_to_its_end(client, ids[-1], within_s=180)
        for request_id in ids:
            client.delete(f"/v1/jobs/{request_id}")
    _expect(bool(job["cached"]), "the same document was read twice; is CACHE_TTL_HOURS 0?")
    return "the same document is answered from the cache"


def _problems(given: Given) -> str:
    with _keyed(given).client() as client:
        answer = client.post("/v1/jobs", files={"file": ("a.bin", b"not a document")})
    media_type = answer.headers.get("content-type", "")
    _expect(answer.status_code == 415 and media_type.startswith("application/problem+json"), f"{answer.status_code} {media_type}")
    _expect(answer.json()["code"] == "unsupported_media_type", answer.text[:200])
    return "415 unsupported_media_type as problem JSON"


def _limits(given: Given) -> str:
    with _keyed(given).client() as client:
        found = client.get("/v1/jobs", params={"limit": 1}).headers
    _expect("ratelimit-policy" in found, "answers carry no RateLimit-Policy")
    return str(found["ratelimit-policy"])


def _headers(given: Given) -> str:
    with given.target.client(key="") as client:
        found = client.get("/docs").headers
    _expect(found.get("x-content-type-options") == "nosniff", "X-Content-Type-Options is not nosniff")
    _expect("content-security-policy" in found, "pages have no Content-Security-Policy")
    _expect(not found.get("server", "").lower().startswith("uvicorn"), "the Server header names uvicorn")
    return "nosniff and a content security policy"


def _tls(given: Given) -> str:
    parts = _secure(given)
    context = ssl.create_default_context(cafile=str(given.target.ca) if given.target.ca else None)
    with (
        socket.create_connection((parts.hostname or "", parts.port or 443), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as secured,
    ):
        version, certificate = secured.version(), secured.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - datetime.now(UTC)).days
    _expect(days >= CERTIFICATE_DAYS, f"the certificate ends in {days} days; renewal has failed")
    return f"{version}, the certificate ends in {days} days"


def _hsts(given: Given) -> str:
    _secure(given)
    with given.target.client(key="") as client:
        found = str(client.get("/livez").headers.get("strict-transport-security", ""))
    _expect("max-age" in found, "no Strict-Transport-Security")
    return found


def _redirect(given: Given) -> str:
    parts = _secure(given)
    if given.plain_url is None and (parts.port or 443) != 443:
        raise Skip("--plain-url URL, or a --url on port 443")
    plain_url = given.plain_url or f"http://{parts.hostname}"
    answer = httpx.get(f"{plain_url}/livez", timeout=10, trust_env=False, follow_redirects=False)
    _expect(
        answer.status_code in (301, 308) and answer.headers.get("location", "").startswith("https://"), f"http answers {answer.status_code}"
    )
    return f"{answer.status_code} to https"


def _metrics(given: Given) -> str:
    _secure(given)
    with given.target.client(key="") as client:
        status = client.get("/metrics").status_code
    _expect(status in (401, 403, 404), f"/metrics answers {status} to the outside")
    return f"{status} at the front"


def _settings(given: Given) -> str:
    environment = _part("Environment", _examined(given))
    _expect(
        environment["said"].startswith("production") and not environment["mend"], f"{environment['said']} {environment['mend']}".strip()
    )
    return str(environment["said"])


def _doctor(given: Given) -> str:
    wrong = [f"{each['part']}: {each['said']}" for each in _examined(given) if each["fatal"]]
    _expect(not wrong, "; ".join(wrong))
    return "doctray doctor finds nothing that must be mended"


def _disk(given: Given) -> str:
    disk = _part("Disk", _examined(given))
    _expect(not disk["mend"], str(disk["said"]))
    return str(disk["said"])


def _examined(given: Given) -> list[dict[str, Any]]:
    """What doctray's own doctor says of the settings that the service has, from wherever it has them."""
    if given.doctray is None:
        raise Skip("--local or --exec WORDS")
    command = [*given.doctray, "doctor", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOCTOR_WITHIN_S, stdin=subprocess.DEVNULL)
        found: list[dict[str, Any]] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Wrong(f"{shlex.join(command)} did not end within {DOCTOR_WITHIN_S} s") from None
    except ValueError:
        raise Wrong(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr.strip()[-200:]}") from None
    return found


def _part(name: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["part"]: each for each in findings}[name]


def _backup(given: Given) -> str:
    if given.backups is None:
        raise Skip("--backups DIR")
    newest = max(given.backups.glob("doctray-*.tar"), default=None)
    if newest is None:
        raise Wrong(f"{given.backups} holds no backup")
    hours = (time.time() - newest.stat().st_mtime) / 3600
    _expect(hours <= BACKUP_HOURS, f"the newest backup is {hours:.0f} h old")
    recorded = newest.with_name(f"{newest.name}.sha256")
    if recorded.exists():
        with newest.open("rb") as archive:
            digest = hashlib.file_digest(archive, "sha256").hexdigest()
        _expect(recorded.read_text().split()[0] == digest, f"{newest.name} is not what was written")
    return f"{newest.name}, {hours:.1f} h old"


def _monitored(given: Given) -> str:
    if given.prometheus is None:
        raise Skip("--prometheus URL")
    with httpx.Client(base_url=given.prometheus, timeout=10, trust_env=False) as client:
        targets = [each for each in client.get("/api/v1/targets").json()["data"]["activeTargets"] if "doctray" in each["labels"]["job"]]
        rules = client.get("/api/v1/rules").json()["data"]["groups"]
        alerts = client.get("/api/v1/alerts").json()["data"]["alerts"]
    jobs = {each["labels"]["job"] for each in targets}
    down = [each["labels"]["instance"] for each in targets if each["health"] != "up"]
    _expect(len(jobs) >= 2, f"scraped are {sorted(jobs)}; API and workers are two jobs")
    _expect(not down, f"not reached: {', '.join(down)}")
    _expect(bool(rules), "no alert rules are loaded")
    firing = sorted({alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"})
    _expect(not firing, f"firing: {', '.join(firing)}")
    return f"{len(targets)} parts scraped, {len(rules)} groups of rules, nothing fires"


CHECKS: Sequence[Check] = (
    Check(item="alive", title="It answers and can record submissions", look=_alive),
    Check(item="healthy", title="Every part is well, and there are workers", look=_healthy),
    Check(item="keys", title="Nobody comes in without a key", look=_keys),
    Check(item="document", title="A document is read, soon", look=_document),
    Check(item="reuse", title="The same document is not read twice", look=_reuse),
    Check(item="problems", title="Refusals are problem objects", look=_problems),
    Check(item="limits", title="Callers are told their limits", look=_limits),
    Check(item="headers", title="Security headers", look=_headers),
    Check(item="tls", title="TLS with a certificate that holds", look=_tls),
    Check(item="hsts", title="Browsers are held to https", look=_hsts),
    Check(item="redirect", title="http leads to https", look=_redirect),
    Check(item="metrics", title="Metrics are not for the outside", look=_metrics),
    Check(item="settings", title="Settings of production", look=_settings),
    Check(item="doctor", title="Engine, journal, Redis and schema", look=_doctor),
    Check(item="disk", title="Room on the disk", look=_disk),
    Check(item="backup", title="A backup of the last night", look=_backup),
    Check(item="monitored", title="Prometheus sees every part, and no alert fires", look=_monitored),
)


def _hand_in(client: httpx.Client, *, no_cache: bool = False) -> str:
    form = {"document_type": "certificate", "no_cache": "true" if no_cache else "false"}
    answer = client.post("/v1/jobs", files={"file": (CERTIFICATE.name, CERTIFICATE.read_bytes())}, data=form)
    _expect(answer.status_code == 202, f"POST /v1/jobs answers {answer.status_code}: {answer.text[:200]}")
    return str(answer.json()["request_id"])


def _keyed(given: Given) -> Target:
    if not given.target.key:
        raise Skip("--key-file FILE or DOCTRAY_API_KEY")
    return given.target


def _secure(given: Given) -> SplitResult:
    if not given.target.secure:
        raise Skip("an https:// --url")
    return urlsplit(given.target.url)


def add_doctray(parser: argparse.ArgumentParser) -> None:
    """Options that say how to call doctray with the settings of the service."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="this shell has the environment of a worker: check settings, engine, disk")
    where.add_argument(
        "--exec",
        metavar="WORDS",
        help="the same by a command that runs others in a worker's environment, such as 'docker compose exec -T worker'"
        " or 'kubectl -n doctray exec deploy/doctray-worker --'",
    )


def doctray_of(options: argparse.Namespace) -> tuple[str, ...] | None:
    """From those options. None: neither was given."""
    if options.exec is not None:
        return (*shlex.split(options.exec), "doctray")
    return (sys.executable, "-m", "doctray") if options.local else None


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="validate_deployment",
        description="Check every item of docs/go-live.md that a machine can check. Status 0: none failed; 1: some did; 2: a wrong option.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where callers go in; default: %(default)s")
    parser.add_argument("--key-file", type=Path, help="file with a key of scopes submit and read; default: DOCTRAY_API_KEY")
    parser.add_argument("--ca", type=Path, help="certificate to trust, for a self-signed staging")
    parser.add_argument("--plain-url", metavar="URL", help="where plain http answers; default: port 80 of an https:// --url on port 443")
    parser.add_argument("--backups", type=Path, help="folder that scripts/backup writes to")
    parser.add_argument("--prometheus", metavar="URL", help="the Prometheus that watches it")
    add_doctray(parser)
    parser.add_argument("--strict", action="store_true", help="a skipped check fails too")
    parser.add_argument("--output", choices=("text", "json"), default="text")
    parser.add_argument("--dry-run", action="store_true", help="name the checks and what each needs; ask nobody")
    options = parser.parse_args()
    if options.dry_run:
        print("\n".join(f"would check {check.item:12} {check.title}" for check in CHECKS))
        return
    target = Target(url=options.url.rstrip("/"), key=key_of(options.key_file), ca=options.ca)
    given = Given(
        target=target,
        plain_url=options.plain_url and options.plain_url.rstrip("/"),
        backups=options.backups,
        prometheus=options.prometheus,
        doctray=doctray_of(options),
    )
    found = validate(given)
    print(as_json(found) if options.output == "json" else as_text(found))
    bad = {Status.FAILED, Status.SKIPPED} if options.strict else {Status.FAILED}
    sys.exit(1 if any(each.status in bad for each in found) else 0)


if __name__ == "__main__":
    main()
