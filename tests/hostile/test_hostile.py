"""Every hostile request gets what it must get, and afterwards the service stands as before (docs/hostile.md)."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.hostile.case import Case
from tests.hostile.corpus import corpus
from tests.hostile.flood import flood, polls
from tests.hostile.judging import faults, faults_of_log
from tests.hostile.page import PAGE, rendered
from tests.hostile.run import aftermath
from tests.hostile.target import MARK, SECRET_KEY, Target, attacked
from tests.hostile.wire import Answer

CASES = corpus()
got: dict[str, str] = {}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


@pytest.mark.parametrize("case", [pytest.param(case, marks=[pytest.mark.full] * case.long, id=case.title) for case in CASES])
def test_a_hostile_request_gets_what_it_must_get(case: Case, target: Target) -> None:
    answer = case.act(target)
    got[case.title] = answer.outcome
    assert faults(case, answer, target) == []


def test_afterwards_the_service_stands_as_before_and_its_log_holds_no_secret(target: Target) -> None:
    assert aftermath(target) == []


@pytest.mark.full
def test_the_page_says_what_each_case_got() -> None:
    if len(got) < len(CASES):
        pytest.skip("needs every case of this module to have been run before")
    assert PAGE.read_text("utf-8") == rendered(CASES, [got[case.title] for case in CASES]), "run scripts/hostile"


def test_there_are_hundreds_of_cases_and_no_two_are_called_the_same() -> None:
    assert len(CASES) >= 200
    assert len({case.title for case in CASES}) == len(CASES)


def test_a_wrong_answer_is_noticed() -> None:
    """The judge can fail: by outcome, by a failure of ours, by a bare refusal, by what an answer shows."""
    case = Case(group="a", name="b", act=lambda _: Answer(), must=("404 not_found",))
    stranger = Target(service=None, keys={"alice": "dt_alices"}, canary=None, origin=0)  # type: ignore[arg-type]
    assert len(faults(case, Answer(status=500, body=b"Traceback (most recent call last)"), stranger)) == 4
    assert len(faults(case, Answer(status=200, body=f"{SECRET_KEY} dt_alices".encode()), stranger)) == 3


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "request.failed", "level": "error"}',
        "Traceback (most recent call last):",
        f'{{"event": "key.seen", "value": "{SECRET_KEY}"}}',
        f'{{"event": "page.read", "text": "{MARK}"}}',
    ],
)
def test_a_bad_line_of_the_log_is_noticed(tmp_path: Path, line: str) -> None:
    (tmp_path / "log").write_text(f'{{"event": "job.accepted", "level": "info"}}\n{line}\n')
    service = SimpleNamespace(log=tmp_path / "log")
    stranger = Target(service=service, keys={}, canary=None, origin=0)  # type: ignore[arg-type]
    assert len(faults_of_log(stranger)) == 1


def test_beside_a_flood_of_one_key_anothers_polls_are_all_answered(target: Target) -> None:
    with flood(target, connections=4) as got:
        seen = polls(target, count=40)
    assert set(seen.statuses) == {200}
    assert set(got) <= {202, 429}
    assert got[429] > 0
