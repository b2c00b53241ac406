"""Tests of a staging deployment in six groups, with a report: scripts/run_staging_tests."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from scripts.operations.compatibility import compatible
from scripts.operations.finding import Finding, Status
from scripts.operations.security import secure
from scripts.operations.target import ROOT, Target, key_of
from scripts.operations.validate import Given, validate

LOAD = ("smoke", "--users", "4", "--pace", "4", "--seconds", "30", "--duplicates", "0.8")
"""A load that a staging copy with the real engine on two cores carries."""

PYTEST = ("-q", "-p", "no:cacheprovider", "-m", "not full and not slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the groups may use. folder: where logs of theirs may be kept."""

    target: Target
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """name: as in --only. runs: what it does, in words, for --dry-run."""

    name: str
    title: str
    runs: str
    run: Callable[[Asked], Sequence[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    name: str
    title: str
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """A group in which nothing could be looked at has shown nothing."""
        states = {each.status for each in self.findings}
        return Status.FAILED not in states and Status.PASSED in states


def _infrastructure(asked: Asked) -> Sequence[Finding]:
    return validate(Given(target=asked.target))


def _pytest(folder: str) -> Callable[[Asked], Sequence[Finding]]:
    def run(asked: Asked) -> Sequence[Finding]:
        junit = asked.folder / f"{folder}.xml"
        argv = [sys.executable, "-m", "pytest", *PYTEST, f"--junitxml={junit}", f"tests/{folder}"]
        return [_command(folder, f"pytest tests/{folder}", argv, asked), *failed_tests(junit)]

    return run


def failed_tests(junit: Path) -> list[Finding]:
    """A finding for each test that a report of pytest calls failed; none where there is no report."""
    if not junit.exists():
        return []
    found = []
    for case in ElementTree.parse(junit).iter("testcase"):
        for trouble in (*case.iter("failure"), *case.iter("error")):
            said = (trouble.get("message") or "").splitlines()
            # A module that cannot be collected is a name without a class.
            module, name = case.get("classname", ""), str(case.get("name"))
            where = f"{module.replace('.', '/')}.py::{name}" if module else name
            found.append(Finding(item=name, title=where, status=Status.FAILED, said=said[0] if said else trouble.tag))
    return found


def _performance(asked: Asked) -> Sequence[Finding]:
    out = asked.folder / "load"
    argv = [sys.executable, "-m", "loadtests", *LOAD, "--url", asked.target.url, "--out", str(out)]
    return [_command("load", f"loadtests {LOAD[0]}", argv, asked, key=asked.target.key), *load_targets(out / "figures.json")]


def load_targets(figures: Path) -> list[Finding]:
    """A finding for each target of a load test; none where it did not come to its end."""
    if not figures.exists():
        return []
    targets = json.loads(figures.read_text(encoding="utf-8"))["targets"]
    return [
        Finding(
            item=each["figure"],
            title=each["figure"].replace("_", " "),
            status=Status.PASSED if each["met"] else Status.FAILED,
            said=f"{'not measured' if each['value'] is None else format(each['value'], '.4g')}, target {each['bound']}",
        )
        for each in targets
    ]


def _command(item: str, title: str, argv: Sequence[str], asked: Asked, *, key: str | None = None) -> Finding:
    """Passed when it exits with 0; its words are kept, the last line is shown. key: the deployment's, for who asks it."""
    log = asked.folder / f"{item}.log"
    env = {name: value for name, value in os.environ.items() if name != "DOCTRAY_API_KEY"} | ({"DOCTRAY_API_KEY": key} if key else {})
    with log.open("wb") as out:
        status = subprocess.run(argv, cwd=ROOT, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL).returncode
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    said = f"{lines[-1].strip('= ') if lines else 'said nothing'} (exit status {status}, {log.name})"
    return Finding(item=item, title=title, status=Status.PASSED if status == 0 else Status.FAILED, said=said)


def _compatibility(asked: Asked) -> Sequence[Finding]:
    return compatible(asked.target)


def _security(asked: Asked) -> Sequence[Finding]:
    return secure(asked.target)


GROUPS = (
    Group(name="infrastructure", title="Infrastructure", runs="what validate_deployment checks by --url", run=_infrastructure),
    Group(name="unit", title="Unit tests of this checkout", runs="pytest tests/unit", run=_pytest("unit")),
    Group(name="integration", title="Integration tests of this checkout", runs="pytest tests/integration", run=_pytest("integration")),
    Group(name="performance", title="Performance", runs=f"python -m loadtests {' '.join(LOAD)} against it", run=_performance),
    Group(name="compatibility", title="API compatibility", runs="the calls of the earlier systems", run=_compatibility),
    Group(name="security", title="Security", runs="what must be refused is sent", run=_security),
)


def write_report(results: Sequence[GroupResult], folder: Path, *, url: str, at: datetime) -> None:
    """report.json and report.html."""
    said = {
        "url": url,
        "at": at.isoformat(timespec="seconds"),
        "passed": all(result.passed for result in results),
        "groups": [
            {
                "name": result.name,
                "passed": result.passed,
                "seconds": round(result.seconds, 1),
                "findings": [asdict(each) for each in result.findings],
            }
            for result in results
        ],
    }
    (folder / "report.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(_page(results, url=url, at=at), encoding="utf-8")


def _page(results: Sequence[GroupResult], *, url: str, at: datetime) -> str:
    groups = "".join(_table(result) for result in results)
    return f"""<!doctype html><html lang=en><meta charset=utf-8><title>doctray staging tests</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }} td:first-child {{ width: 5rem }}
td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dee4; overflow-wrap: anywhere }}
.passed {{ color: #116329 }} .failed {{ color: #a40e26; font-weight: 600 }} .skipped, small {{ color: #59636e }}
</style><h1>Staging tests of {escape(url)}</h1><p>{at:%Y-%m-%d %H:%M} UTC</p>{groups}</html>
"""


def _table(result: GroupResult) -> str:
    word = "passed" if result.passed else "failed"
    rows = "".join(
        f"<tr><td class={each.status}>{each.status}</td><td>{escape(each.title)}</td><td>{escape(each.said)}</td></tr>"
        for each in result.findings
    )
    return f"<h2>{escape(result.title)}: <span class={word}>{word}</span> <small>{result.seconds:.0f} s</small></h2><table>{rows}</table>"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="run_staging_tests",
        description="Test a staging deployment. Status 0: every group passed; 1: one did not; 2: a wrong option. "
        "The report is in staging_test_results/TIME/report.html and report.json.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8001", help="default: %(default)s, as scripts/deploy_staging has it")
    parser.add_argument("--key-file", type=Path, help="file with a key of scopes submit and read; default: DOCTRAY_API_KEY")
    parser.add_argument("--ca", type=Path, help="certificate to trust, for a self-signed staging")
    parser.add_argument("--only", action="append", choices=[group.name for group in GROUPS], help="one group; may be repeated")
    parser.add_argument("--out", type=Path, default=ROOT / "staging_test_results", help="default: staging_test_results")
    parser.add_argument("--dry-run", action="store_true", help="say what would be run; ask nobody")
    options = parser.parse_args()
    wanted = [group for group in GROUPS if options.only is None or group.name in options.only]
    if options.dry_run:
        print("\n".join(f"would run {group.name:16} {group.runs}" for group in wanted))
        return
    at = datetime.now(UTC)
    folder = (options.out / f"{at:%Y%m%dT%H%M%SZ}").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    asked = Asked(target=Target(url=options.url.rstrip("/"), key=key_of(options.key_file), ca=options.ca), folder=folder)
    results = []
    for group in wanted:
        began = time.monotonic()
        findings = tuple(group.run(asked))
        results.append(GroupResult(name=group.name, title=group.title, seconds=time.monotonic() - began, findings=findings))
        print(f"{'passed' if results[-1].passed else 'FAILED'}  {group.title}, {results[-1].seconds:.0f} s", flush=True)
        for each in findings:
            if each.status is Status.FAILED:
                print(f"        {each.item}: {each.said}", flush=True)
    write_report(results, folder, url=asked.target.url, at=at)
    print(folder / "report.html")
    sys.exit(0 if all(result.passed for result in results) else 1)


if __name__ == "__main__":
    main()
