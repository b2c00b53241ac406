"""`doctray rollout`, `doctray maintenance` and the opt-in of keys, on the journal of a home."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doctray.cli.main import cli
from doctray.config import Settings
from doctray.storage.migrate import upgrade


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def told(*arguments: str) -> str:
    """What a command that succeeds says."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refusal(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def standing() -> dict[str, object]:
    plan: dict[str, object] = json.loads(told("rollout", "status", "--json"))["engine"]["plan"]
    return plan


@pytest.fixture(autouse=True)
def home() -> Path:
    settings = Settings()
    upgrade(settings.database_dsn)
    return settings.home


def test_a_rollout_from_its_plan_to_the_retirement_of_its_baseline() -> None:
    assert "engine: no plan" in told("rollout", "status")
    assert "easyocr → rapidocr at 0 %" in told("rollout", "plan", "easyocr", "rapidocr", "--reason", "It is faster.")
    assert "at 5 %" in told("rollout", "advance")
    assert "at 85 %" in told("rollout", "advance", "--percentage", "85")
    assert "at 60 %" in told("rollout", "rollback", "--one-stage")
    assert "at 0 %" in told("rollout", "rollback", "--reason", "Too slow.")
    assert "at 100 %" in told("rollout", "advance", "--percentage", "100")
    assert "rapidocr reads everything" in told("rollout", "retire", "easyocr")
    assert "retired: easyocr" in told("rollout", "status")
    history = told("rollout", "history")
    actions = [line.split()[4] for line in history.splitlines()]
    assert actions == ["retired", "advanced", "rolled_back", "stepped_back", "advanced", "advanced", "planned"]
    assert "Too slow." in history
    assert told("rollout", "history", "--kind", "extractor") == "Nothing was changed yet.\n"
    assert told("audit").count("rollout.changed") == 7


def test_what_is_not_given_stays_as_it_is() -> None:
    told("rollout", "plan", "easyocr", "rapidocr", "--shadow-percentage", "7", "--threshold", "min_sample=50", "--sticky", "owner")
    told("rollout", "plan", "easyocr", "rapidocr", "--percentage", "35", "--auto-advance-after", "600", "--threshold", "errors=0.02")
    plan = standing()
    assert (plan["shadow_percentage"], plan["percentage"], plan["sticky"], plan["auto_advance_after_s"]) == (7, 35, "owner", 600.0)
    assert isinstance(plan["thresholds"], dict)
    assert (plan["thresholds"]["min_sample"], plan["thresholds"]["errors"]) == (50, 0.02)
    told("rollout", "plan", "easyocr", "rapidocr", "--auto-advance-after", "0")
    assert standing()["auto_advance_after_s"] is None
    # Another candidate is another plan.
    told("rollout", "plan", "easyocr", "null")
    assert (standing()["percentage"], standing()["shadow_percentage"]) == (0, 0)


def test_a_disabled_rollout_keeps_its_share_for_later() -> None:
    told("rollout", "plan", "easyocr", "rapidocr", "--percentage", "35")
    assert "at 35 %, disabled" in told("rollout", "disable")
    assert "enable it first" in refusal("rollout", "advance")
    assert "at 35 %, since" in told("rollout", "enable")


def test_steps_that_lead_nowhere_are_refused() -> None:
    assert "make one first" in refusal("rollout", "advance")
    told("rollout", "plan", "easyocr", "rapidocr", "--percentage", "60")
    assert "a rollback" in refusal("rollout", "advance", "--percentage", "60")
    assert "100 %" in refusal("rollout", "retire", "easyocr")
    assert "not the baseline" in refusal("rollout", "retire", "rapidocr")
    assert "rapidocr reads everything" in told("rollout", "retire", "easyocr", "--force")
    assert "retired" in refusal("rollout", "rollback")
    assert "easyocr is retired here" in refusal("rollout", "plan", "rapidocr", "easyocr")


@pytest.mark.parametrize(
    "arguments",
    [("--stages", "5,x"), ("--threshold", "luck=1"), ("--threshold", "errors=few"), ("--percentage", "101"), ("--sticky", "moon")],
)
def test_what_no_plan_can_be_is_an_error_of_use(arguments: tuple[str, ...]) -> None:
    assert run("rollout", "plan", "easyocr", "rapidocr", *arguments).exit_code == 2


def test_a_plan_whose_stages_fall_is_refused_with_what_to_do() -> None:
    assert "rise from 0 to 100" in refusal("rollout", "plan", "easyocr", "rapidocr", "--stages", "0,50,20,100")


def test_an_owner_is_forced_to_an_arm_and_let_go_again() -> None:
    told("rollout", "plan", "easyocr", "rapidocr")
    told("rollout", "force", "qa", "candidate")
    assert standing()["forced"] == {"qa": "candidate"}
    told("rollout", "force", "qa", "none")
    assert standing()["forced"] == {}


def test_a_key_opts_in_when_it_is_made_or_later() -> None:
    told("keys", "create", "--name", "pilot", "--rollout", "candidate")
    listed = told("keys", "list")
    key_id = listed.split()[0]
    assert "rollout: candidate" in listed
    told("rollout", "opt-in", key_id, "none")
    assert "rollout:" not in told("keys", "list")
    assert "no usable key" in refusal("rollout", "opt-in", "nobody", "candidate")


def test_maintenance_begins_with_a_reason_and_ends() -> None:
    assert told("maintenance", "status") == "off\n"
    told("maintenance", "on", "--reason", "A new disk.")
    assert told("maintenance", "status") == "on: A new disk.\n"
    told("maintenance", "off")
    assert told("maintenance", "status") == "off\n"
    assert run("maintenance", "on").exit_code == 2
