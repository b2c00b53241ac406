"""A real rollout on a folder of documents, from 0 to 100 % with shadows, reviews and the final cutover; writes its report.

    python -m benchmarks.rollout FOLDER --out docs/rollout-report [--baseline easyocr] [--candidate rapidocr] [--agreement 0.9]

FOLDER holds documents, in subfolders named certificates or timetables; NAME.truth.json beside a document is sent in as a person's
review of it. The report holds figures alone, nothing of the documents.
"""

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from benchmarks.service import running_service

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"certificates": "certificate", "timetables": "timetable"}
SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"}
ENDED = ("completed", "failed", "cancelled")
AT_ONCE = 2
"""Jobs under way while the stages are climbed."""

STAGE_PICTURES = 12
STEP_WITHIN_S = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    path: Path
    kind: str

    @property
    def truth(self) -> dict[str, Any] | None:
        beside = self.path.with_name(f"{self.path.stem}.truth.json")
        if not beside.exists():
            return None
        found: dict[str, Any] = json.loads(beside.read_text())
        for block in found.get("timeblocks") or ():
            block.pop("inferred", None)
        return {name: value for name, value in found.items() if name != "truth_notes"}


@dataclass(slots=True)
class Feeder:
    """Hands documents in, over and over, each time as another content, so that it is dealt anew. ended: how many came to their end."""

    client: httpx.Client
    papers: list[Paper]
    ended: int = 0
    handed_in: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def hand_in(self, paper: Paper) -> str:
        self.handed_in += 1
        # After its end, where readers of PDF, PNG and JPEG look no more.
        content = paper.path.read_bytes() + b"\n%% copy %d\n" % self.handed_in
        answer = self.client.post("/v1/jobs", files={"file": (paper.path.name, content)}, data={"document_type": paper.kind})
        answer.raise_for_status()
        return str(answer.json()["request_id"])

    def wait(self, request_id: str) -> str:
        deadline = time.monotonic() + STEP_WITHIN_S
        while time.monotonic() < deadline:
            status = str(self.client.get(f"/status/{request_id}", params={"wait": 20}).json()["status"])
            if status in ENDED:
                self.ended += 1
                return status
        raise TimeoutError(request_id)

    def around(self) -> None:
        """Until `stop`."""
        under_way: list[str] = []
        for paper in itertools.cycle(self.papers):
            if self.stop.is_set():
                break
            under_way.append(self.hand_in(paper))
            if len(under_way) >= AT_ONCE:
                self.wait(under_way.pop(0))
        for request_id in under_way:
            self.wait(request_id)


def papers_of(folder: Path) -> list[Paper]:
    """Kinds mixed, so that any stretch of them holds some of each."""
    by_kind = [
        [Paper(path=path, kind=kind) for path in sorted((folder / name).iterdir()) if path.suffix.lower() in SUFFIXES]
        for name, kind in KINDS.items()
        if (folder / name).is_dir()
    ]
    return [paper for row in itertools.zip_longest(*by_kind) for paper in row if paper is not None]


def pictures_of(folder: Path) -> list[Paper]:
    """The smallest first. Pictures alone: most PDFs have a text layer, which says nothing of an engine."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES - {".pdf"}]
    return [Paper(path=path, kind="auto") for path in sorted(found, key=lambda path: path.stat().st_size)[:STAGE_PICTURES]]


def read_all(feeder: Feeder) -> None:
    """Every document once, at 0 %, and its truth as a review; then the shadows, to the last."""
    for paper in feeder.papers:
        request_id = feeder.hand_in(paper)
        status = feeder.wait(request_id)
        review = paper.truth
        if status == "completed" and review is not None:
            answer = feeder.client.put(f"/v1/jobs/{request_id}/review", json={"fields": review, "reviewed_by": "truth"})
            told = "reviewed" if answer.status_code == 200 else f"not reviewed: {answer.json().get('detail')}"
        else:
            told = "no review"
        print(f"  {paper.kind} {feeder.ended} of {len(feeder.papers)}: {status}, {told}", flush=True)
    deadline = time.monotonic() + STEP_WITHIN_S
    while (waiting := health(feeder.client)["shadows_waiting"]) and time.monotonic() < deadline:
        print(f"  {waiting} shadows waiting", flush=True)
        time.sleep(10)


def health(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/admin/rollout/health", params={"kind": "engine"}).json()
    return found


@contextmanager
def fed(feeder: Feeder) -> Iterator[None]:
    thread = threading.Thread(target=feeder.around, daemon=True)
    thread.start()
    try:
        yield
    finally:
        feeder.stop.set()
        thread.join(STEP_WITHIN_S)


def admin_key(env: dict[str, str]) -> str:
    words = [
        "keys",
        "create",
        "--name",
        "rollout",
        *itertools.chain.from_iterable(("--scope", scope) for scope in ("submit", "read", "admin")),
    ]
    made = subprocess.run([sys.executable, "-m", "doctray", *words], env=env, capture_output=True, text=True, check=True)
    return str(re.findall(r"dt_[\w-]+", made.stdout + made.stderr)[0])


def report(env: dict[str, str], out: Path, *, form: str, name: str) -> None:
    words = ["rollout", "report", "--hours", "12", "--output", form, "--without-pages"]
    done = subprocess.run([sys.executable, "-m", "doctray", *words], env=env, capture_output=True, check=True)
    (out / name).write_bytes(done.stdout)


def run(given: argparse.Namespace, tell: Callable[[str], None]) -> int:
    papers = papers_of(given.folder)[: given.documents]
    stages = pictures_of(given.stages_on) if given.stages_on else [paper for paper in papers if paper.path.suffix.lower() != ".pdf"]
    tell(f"{len(papers)} documents")
    home = given.home.absolute()
    env = {**os.environ, "DOCTRAY_HOME": str(home), "OCR_ENGINE": given.baseline}
    with running_service({"OCR_ENGINE": given.baseline, "DOCTRAY_HOME": str(home)}) as service:
        key = admin_key(env)
        key_file = home / "rollout.key"
        key_file.write_text(key)
        key_file.chmod(0o600)
        with httpx.Client(base_url=service.url, headers={"x-api-key": key}, timeout=60, trust_env=False) as client:
            feeder = Feeder(client=client, papers=papers)
            plan = {
                "kind": "engine",
                "baseline": given.baseline,
                "candidate": given.candidate,
                "shadow_percentage": given.shadow,
                "thresholds": {"agreement": given.agreement, "confidence": given.confidence, "min_sample": given.min_sample},
                "reason": "Read beside the baseline first.",
            }
            client.put("/v1/admin/rollout", json=plan, headers={"if-match": "*"}).raise_for_status()
            tell("every document once, by both")
            read_all(feeder)
            given.out.mkdir(parents=True, exist_ok=True)
            report(env, given.out, form="html", name="beside.html")
            tell(json.dumps(health(client)["checks"]))
            with fed(replace(feeder, papers=stages)):
                words = [
                    "--url",
                    service.url,
                    "--key-file",
                    str(key_file),
                    "--backups",
                    str(home / "backups"),
                    "--state",
                    str(home / "cutover"),
                ]
                pace = ["--hold", str(given.hold), "--within", str(given.within), "--every", "3"]
                done = subprocess.run([ROOT / "scripts" / "execute_final_cutover", *words, *pace], env=env)
            report(env, given.out, form="html", name="report.html")
            report(env, given.out, form="json", name="report.json")
            tell(f"{given.out / 'report.html'}")
    return done.returncode


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rollout", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder for the report")
    parser.add_argument("--home", type=Path, required=True, help="an empty folder for the service; it holds the documents afterwards")
    parser.add_argument("--baseline", default="easyocr")
    parser.add_argument("--candidate", default="rapidocr")
    parser.add_argument("--documents", type=int, help="of the folder, the first so many; default: all")
    parser.add_argument(
        "--stages-on", type=Path, metavar="FOLDER", help="pictures that are read through the stages; default: the folder's own"
    )
    parser.add_argument("--confidence", type=float, default=0.8, help="least mean confidence; 0 for pictures without fields")
    parser.add_argument("--shadow", type=int, default=100, help="percentage of the baseline's documents that the candidate reads too")
    parser.add_argument("--agreement", type=float, default=0.9, help="least share of values on which both must agree")
    parser.add_argument("--min-sample", type=int, default=10, help="attempts before a stage is judged")
    parser.add_argument("--hold", type=float, default=15, help="seconds that each stage must be healthy")
    parser.add_argument("--within", type=float, default=900, help="seconds that each stage may take")
    given = parser.parse_args()
    sys.exit(run(given, lambda line: print(line, flush=True)))


if __name__ == "__main__":
    main()
