"""The final cutover's stages, with a dial and a clock of the test's own."""

import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from scripts.operations.cutover import Order, Pace, SteppedBack, Stopped, Watch, alone, climb, write_configuration, write_rollback
from scripts.operations.dial import Moved, Refused, Standing
from scripts.operations.target import Target

STAGES = (0, 5, 15, 35, 60, 85, 100)
PACE = Pace(hold_s=60, within_s=600, every_s=10)
PLANNED = Standing(
    baseline="easyocr",
    candidate="rapidocr",
    percentage=0,
    enabled=True,
    stages=STAGES,
    revision=1,
    verdict="too_few",
    reason="",
    last_reason="",
    plan={"kind": "engine"},
)


@dataclass(slots=True)
class Time:
    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(slots=True)
class FakeDial:
    """verdict: of the time and the standing; it may raise. changes: every share that was turned to."""

    time: Time
    verdict: Callable[[float, Standing], str]
    standing_now: Standing = PLANNED
    changes: list[int] = field(default_factory=list)
    conflict: bool = False

    def standing(self) -> Standing:
        verdict = self.verdict(self.time.seconds, self.standing_now)
        return replace(self.standing_now, verdict=verdict, reason="because" if verdict in ("breach", "critical") else "")

    def turn(self, percentage: int, *, seen: Standing, reason: str) -> Standing:
        if self.conflict:
            raise Moved("somebody else")
        assert seen.revision == self.standing_now.revision
        self.changes.append(percentage)
        self.standing_now = replace(self.standing_now, percentage=percentage, revision=seen.revision + 1, last_reason=reason)
        return self.standing()


def tried(verdict: Callable[[float, Standing], str], **changes: object) -> tuple[FakeDial, list[str], Callable[[], Standing]]:
    time = Time()
    said: list[str] = []
    dial = FakeDial(time, verdict, replace(PLANNED, **changes))  # type: ignore[arg-type]
    return dial, said, lambda: climb(dial, PACE, Watch(now=time.now, sleep=time.sleep), said.append)


def test_a_healthy_candidate_goes_through_every_stage_and_is_held_at_each() -> None:
    dial, said, go = tried(lambda _now, _standing: "healthy")
    assert go().percentage == 100
    assert dial.changes == [5, 15, 35, 60, 85, 100]
    assert dial.time.seconds == 6 * PACE.hold_s
    assert said[-1] == "100 %: healthy for 60 s"


def test_it_goes_on_from_where_the_plan_stands() -> None:
    dial, _, go = tried(lambda _now, _standing: "healthy", percentage=60)
    go()
    assert dial.changes == [85, 100]


def test_health_has_to_last() -> None:
    dial, _, go = tried(lambda now, _standing: "doubtful" if 30 <= now < 40 else "healthy", percentage=85)
    go()
    assert dial.time.seconds == 40 + PACE.hold_s


@pytest.mark.parametrize("verdict", ["breach", "critical"])
def test_the_third_stage_failing_takes_it_back_to_the_second(verdict: str) -> None:
    dial, _, go = tried(lambda _now, standing: verdict if standing.percentage == 35 else "healthy")
    with pytest.raises(Stopped, match=rf"35 %: the candidate is in {verdict}: because; taken back to 15 %"):
        go()
    assert dial.changes == [5, 15, 35, 15]


@pytest.mark.parametrize("verdict", ["too_few", "doubtful"])
def test_a_stage_that_does_not_become_healthy_in_time_is_taken_back(verdict: str) -> None:
    dial, _, go = tried(lambda _now, standing: verdict if standing.percentage == 15 else "healthy")
    with pytest.raises(Stopped, match="not healthy within 600 s"):
        go()
    assert dial.changes == [5, 15, 5]
    assert dial.time.seconds == PACE.hold_s + PACE.within_s


def test_where_doctray_has_rolled_back_itself_nothing_more_is_changed() -> None:
    dial, _, go = tried(lambda _now, _standing: "healthy")

    def verdict(now: float, standing: Standing) -> str:
        if standing.percentage == 15 and now >= 90:
            dial.standing_now = replace(standing, percentage=0, last_reason="critical: errors")
        return "healthy"

    dial.verdict = verdict
    with pytest.raises(SteppedBack, match="0 % now: critical: errors"):
        go()
    assert dial.changes == [5, 15]


def test_a_plan_that_is_disabled_meanwhile_ends_it() -> None:
    dial, _, go = tried(lambda _now, _standing: "healthy")

    def verdict(now: float, standing: Standing) -> str:
        if now >= 30:
            dial.standing_now = replace(standing, enabled=False)
        return "healthy"

    dial.verdict = verdict
    with pytest.raises(SteppedBack, match="5 %, disabled"):
        go()


def unreachable(_now: float, _standing: Standing) -> str:
    raise httpx.ConnectError("away")


def test_a_restart_of_the_api_is_waited_out() -> None:
    _, _, go = tried(lambda now, standing: unreachable(now, standing) if 10 <= now < 40 else "healthy", percentage=85)
    assert go().percentage == 100


def test_an_api_that_stays_away_ends_it_and_the_way_back_is_named() -> None:
    _, _, go = tried(lambda now, standing: unreachable(now, standing) if now >= 10 else "healthy")
    with pytest.raises(
        Stopped, match=r"does not answer \(ConnectError\); and the share could NOT be taken back .* scripts/rollback_cutover"
    ):
        go()


def test_somebody_else_turning_the_dial_ends_it() -> None:
    dial, _, go = tried(lambda _now, _standing: "healthy")
    dial.conflict = True
    with pytest.raises(Stopped, match="somebody else; taken back to 0 %"):
        go()


def test_a_refusal_is_passed_on() -> None:
    def refused(now: float, _standing: Standing) -> str:
        if now > 0:
            raise Refused("GET /v1/admin/rollout answers 401: The key is not valid")
        return "healthy"

    _, _, go = tried(refused)
    with pytest.raises(Stopped, match="401"):
        go()


@pytest.fixture
def order(tmp_path: Path) -> Order:
    key_file = tmp_path / "a key"
    key_file.write_text("dt_very-secret")
    return Order(
        kind="engine",
        target=Target(url="http://127.0.0.1:1", key="dt_very-secret"),
        key_file=key_file,
        backups=tmp_path / "backups",
        state=tmp_path,
        pace=PACE,
        doctray=None,
        prometheus=None,
    )


def test_the_rollback_script_holds_no_key_and_can_be_run(order: Order) -> None:
    script = write_rollback(order, replace(PLANNED, percentage=15))
    text = script.read_text()
    assert "dt_very-secret" not in text
    assert stat.S_IMODE(script.stat().st_mode) == 0o700
    done = subprocess.run([script, "--dry-run"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "would take the engine's candidate at http://127.0.0.1:1 back to 15 %\n")


def test_the_final_configuration_names_the_setting_and_the_way_to_retire(order: Order) -> None:
    text = write_configuration(order, replace(PLANNED, percentage=100)).read_text()
    assert "\nOCR_ENGINE=rapidocr\n" in text
    assert "doctray rollout retire easyocr" in text


def test_two_cutovers_at_once_are_refused(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Stopped, match="under way"), alone(tmp_path):
        pass


def test_an_interruption_takes_the_stage_back() -> None:
    dial, said, _ = tried(lambda _now, standing: "healthy" if standing.percentage < 15 else "too_few")

    def sleep(seconds: float) -> None:
        if dial.standing_now.percentage == 15:
            raise Stopped("ended by SIGTERM")
        dial.time.sleep(seconds)

    with pytest.raises(Stopped, match="ended by SIGTERM; taken back to 5 %"):
        climb(dial, PACE, Watch(now=dial.time.now, sleep=sleep), said.append)
    assert dial.changes == [5, 15, 5]
