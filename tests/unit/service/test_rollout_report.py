"""A rollout's report: two arms beside each other, as figures, JSON and a page."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from doctray.domain.rollout import Arm, RolloutAction, RolloutKind
from doctray.domain.rollout_health import figures_of, judge
from doctray.domain.rollout_run import RolloutRun, RunEnd
from doctray.service.rollout_page import Evidence, as_dict, as_html, plots_of
from doctray.service.rollout_report import MOST_SLICES, WORST_SHOWN, RolloutReport, report_of
from tests.unit.service.rollout_runs import HISTORY, PLAN, START, a_change, a_morning, a_run

HOURS = timedelta(hours=4)


def a_report(runs: list[RolloutRun], *, hours: timedelta = HOURS, cut: bool = False) -> RolloutReport:
    health = judge(PLAN, figures_of(runs, PLAN, now=START + hours))
    return report_of(PLAN, runs, HISTORY, health=health, since=START, until=START + hours, cut=cut)


def test_callers_jobs_are_counted_by_arm_and_shadows_apart() -> None:
    runs = [a_run(), a_run(Arm.CANDIDATE, request_id="b"), a_run(Arm.CANDIDATE, shadow=True, agreement={"title": (1, 1)})]
    report = a_report(runs)
    assert (report.baseline.jobs, report.candidate.jobs, report.pairs.documents) == (1, 1, 1)


def test_what_blames_the_document_speaks_of_neither_arm() -> None:
    damaged = a_run(outcome=RunEnd.FAILED, error_code="corrupt_document", blame="document", good=None, confidence=None, request_id="x")
    ours = a_run(outcome=RunEnd.RETRIED, error_code="engine_failure", blame="service", good=False, confidence=None, request_id="y")
    arm = a_report([a_run(), damaged, ours]).baseline
    assert (arm.attempts, arm.jobs, arm.blameless) == (3, 2, 1)
    assert arm.success is not None
    assert arm.errors is not None
    assert (arm.success.value, arm.success.count) == (1.0, 1)
    assert (arm.errors.value, arm.errors.count) == (0.5, 2)
    assert arm.codes == {"corrupt_document": 1, "engine_failure": 1}


def test_other_candidates_other_kinds_and_other_times_are_left_out() -> None:
    runs = [
        a_run(name="an earlier candidate", arm=Arm.CANDIDATE),
        a_run(kind=RolloutKind.EXTRACTOR),
        a_run(minutes=-1),
        a_run(minutes=60 * 4 + 1),
    ]
    report = a_report(runs)
    assert (report.baseline.attempts, report.candidate.attempts) == (0, 0)


def test_the_same_documents_are_compared_one_by_one() -> None:
    runs = []
    for index in range(10):
        id_ = f"job-{index}"
        runs.append(a_run(request_id=id_, seconds=2.0 + index, confidence=0.9))
        runs.append(
            a_run(Arm.CANDIDATE, request_id=id_, shadow=True, seconds=1.0 + index, confidence=0.8, agreement={"title": (index % 2, 1)})
        )
    pairs = a_report(runs).pairs
    assert pairs.documents == 10
    assert pairs.seconds_more is not None
    assert (pairs.seconds_more.value, pairs.seconds_more.low, pairs.seconds_more.high) == pytest.approx((-1.0, -1.0, -1.0))
    assert pairs.confidence_more is not None
    assert pairs.confidence_more.value == pytest.approx(-0.1)
    [title] = pairs.fields
    assert (title.name, title.agreed, title.compared) == ("title", 5, 10)
    assert title.share.low < 0.5 < title.share.high


def test_a_shadow_that_failed_is_counted_by_its_code_and_compared_with_nothing() -> None:
    failed = a_run(
        Arm.CANDIDATE, shadow=True, outcome=RunEnd.FAILED, error_code="engine_failure", good=False, seconds=None, confidence=None
    )
    pairs = a_report([a_run(), failed]).pairs
    assert (pairs.documents, pairs.failed, pairs.agreement, pairs.fields) == (0, {"engine_failure": 1}, None, ())


def test_reviews_count_as_truth_of_both_arms() -> None:
    runs = [
        a_run(truth={"title": (1, 1), "subject": (1, 1)}),
        a_run(Arm.CANDIDATE, shadow=True, truth={"title": (0, 1), "subject": (1, 1)}, agreement={"title": (0, 1)}),
    ]
    report = a_report(runs)
    assert report.baseline.truth is not None
    assert report.candidate.truth is not None
    assert (report.baseline.truth.value, report.candidate.truth.value) == (1.0, 0.5)
    assert report.pairs.truth_more is not None
    assert report.pairs.truth_more.value == -0.5


def test_the_worst_disagreements_come_first_and_name_the_fields_that_differ() -> None:
    runs = [
        a_run(Arm.CANDIDATE, request_id=f"job-{agreed:02d}", shadow=True, agreement={"same": (1, 1), "title": (agreed, 20)})
        for agreed in range(21)
    ]
    worst = a_report(runs).pairs.worst
    assert len(worst) == WORST_SHOWN
    assert [each.request_id for each in worst[:2]] == ["job-00", "job-01"]
    assert worst[0].fields == {"title": (0, 20)}


@pytest.mark.parametrize("hours", [0.05, 1, 4, 24, 168, 720])
def test_volume_comes_in_a_readable_number_of_slices_without_gaps(hours: float) -> None:
    report = a_report([a_run(minutes=1)], hours=timedelta(hours=hours))
    assert len(report.slices) <= MOST_SLICES + 1
    assert {later.start - earlier.start for earlier, later in zip(report.slices, report.slices[1:], strict=False)} <= {report.slice_length}
    assert sum(each.baseline for each in report.slices) == 1


def test_a_report_that_was_cut_begins_with_its_first_run() -> None:
    report = a_report([a_run(minutes=30), a_run(minutes=40, request_id="b")], cut=True)
    assert report.since == START + timedelta(minutes=30)


def test_the_planned_share_is_known_from_before_the_reports_time_and_nothing_while_disabled() -> None:
    off = a_change(60, 5, 5, action=RolloutAction.DISABLED)
    off = replace(off, plan=off.plan.evolve(enabled=False))
    history = [a_change(90, 5, 5, action=RolloutAction.ENABLED), off, a_change(-30, 0, 5)]
    health = judge(PLAN, figures_of([], PLAN, now=START))
    shares = report_of(PLAN, [], history, health=health, since=START, until=START + HOURS).shares
    assert shares == ((START, 5), (START + timedelta(minutes=60), 0), (START + timedelta(minutes=90), 5))


def test_the_json_form_is_json_whatever_there_is() -> None:
    for runs in ([], [a_run()], a_morning(jobs=120)):
        told = json.loads(json.dumps(as_dict(a_report(runs)), allow_nan=False))
        assert told["arms"]["baseline"]["name"] == "easyocr"
        assert set(told) >= {"plan", "health", "arms", "same_documents", "volume", "percentages", "history"}


def test_plots_are_well_formed_and_say_in_words_what_they_show() -> None:
    plots = plots_of(a_report(a_morning(jobs=120)))
    assert set(plots) == {"volume", "seconds", "same_documents_seconds", "agreement"}
    for svg in plots.values():
        drawn = ElementTree.fromstring(svg)
        assert drawn.get("role") == "img"
        assert len(drawn.get("aria-label", "")) > 20
        assert "nan" not in svg


def test_nothing_is_plotted_of_nothing() -> None:
    assert set(plots_of(a_report([])).values()) == {""}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_nothing_from_elsewhere_and_no_script() -> None:
    shown = {"job-0": [Evidence(pointer="/title", page=1, baseline="A", candidate="B", picture=b"png")]}
    runs = [a_run(request_id="job-0"), a_run(Arm.CANDIDATE, request_id="job-0", shadow=True, agreement={"title": (0, 1)})]
    page = _Page()
    page.feed(as_html(a_report(runs), shown))
    assert "script" not in page.tags
    assert [load[:22] for load in page.loads] == ["data:image/png;base64,"]


def test_without_pages_the_page_shows_nothing_of_documents_and_says_so() -> None:
    runs = [a_run(request_id="job-0"), a_run(Arm.CANDIDATE, request_id="job-0", shadow=True, agreement={"title": (0, 1)})]
    page = as_html(a_report(runs))
    assert "Made without pages" in page
    assert "title (0 of 1)" in page
    assert "<img" not in page


def test_words_of_callers_and_documents_cannot_become_markup() -> None:
    evil = "<script>alert(1)</script>"
    runs = [a_run(request_id="job-0"), a_run(Arm.CANDIDATE, request_id="job-0", shadow=True, agreement={evil: (0, 1)})]
    shown = {"job-0": [Evidence(pointer=evil, page=1, baseline=evil, candidate=evil, picture=None)]}
    health = judge(PLAN, figures_of(runs, PLAN, now=START + HOURS))
    history = [replace(a_change(0, None, 0), reason=evil)]
    page = as_html(report_of(PLAN, runs, history, health=health, since=START, until=START + HOURS), shown)
    assert "<script" not in page


def test_order_of_the_runs_does_not_matter() -> None:
    runs = a_morning(jobs=120)
    shuffled = runs[:]
    random.Random(1).shuffle(shuffled)
    assert as_dict(a_report(runs)) == as_dict(a_report(shuffled))
