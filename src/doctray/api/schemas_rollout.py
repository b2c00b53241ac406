"""The shapes of rollout plans, as an administrator sends and sees them."""

from dataclasses import MISSING, fields
from typing import Any, Literal, get_type_hints

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from doctray.domain.audit import Means
from doctray.domain.rollout import MAX_FORCED, MAX_NAME, MAX_STAGES, STAGES, RolloutAction, Thresholds

_STRICT = ConfigDict(extra="forbid", strict=True)

Kind = Literal["engine", "extractor"]
ArmName = Literal["baseline", "candidate"]


_SECONDS: dict[str, Any] = {"gt": 0, "le": 7 * 86400}
_BOUNDS: dict[str, dict[str, Any]] = {
    "seconds": _SECONDS,
    "critical_seconds": _SECONDS,
    "window_s": _SECONDS,
    "min_sample": {"ge": 1, "le": 1_000_000},
    "certainty": {"ge": 0.5, "le": 0.999},
}
"""Of what is no share from 0 to 1; those of `domain.rollout.Thresholds`, which also holds them against each other."""


def _thresholds() -> type[BaseModel]:
    """As `domain.rollout.Thresholds` has them, which also says what is too much."""
    hints = get_type_hints(Thresholds)
    members: dict[str, Any] = {
        each.name: (hints[each.name], Field(each.default, **_BOUNDS.get(each.name, {"ge": 0, "le": 1})))
        for each in fields(Thresholds)
        if each.default is not MISSING
    }
    return create_model("RolloutThresholds", __config__=_STRICT, __doc__="When a candidate counts as unhealthy.", **members)


RolloutThresholds: Any = _thresholds()


class NewRollout(BaseModel):
    """A whole plan. What is left out is as in a new one."""

    model_config = _STRICT

    kind: Kind
    baseline: str = Field(min_length=1, max_length=MAX_NAME, description="engine or extractor to move away from")
    candidate: str = Field(min_length=1, max_length=MAX_NAME, description="engine or extractor to move to")
    percentage: int = Field(0, ge=0, le=100, description="of jobs that the candidate reads")
    enabled: bool = Field(True, description="false: everything goes to the baseline")
    sticky: Literal["content", "owner"] = Field("content", description="what keeps its arm: the same document, or an owner")
    stages: list[int] = Field(list(STAGES), min_length=2, max_length=MAX_STAGES, description="percentages that rise from 0 to 100")
    shadow_percentage: int = Field(0, ge=0, le=100, description="of jobs that the candidate reads as well, off the caller's path")
    forced: dict[str, ArmName] = Field({}, max_length=MAX_FORCED, description="owner, or SHA-256 of a document in hex → arm; for tests")
    auto_advance_after_s: float | None = Field(None, gt=0, description="healthy for so long, it advances by itself; null: by hand")
    on_breach: Literal["step_back", "to_zero"] = "step_back"
    thresholds: RolloutThresholds = Field(default_factory=RolloutThresholds)
    reason: str = Field("", max_length=500, description="for the history")


class RolloutPlanView(BaseModel):
    kind: Kind
    baseline: str
    candidate: str
    percentage: int
    enabled: bool
    sticky: Literal["content", "owner"]
    stages: list[int]
    shadow_percentage: int
    forced: dict[str, ArmName]
    auto_advance_after_s: float | None
    on_breach: Literal["step_back", "to_zero"]
    thresholds: RolloutThresholds
    revision: int
    stage_since: AwareDatetime | None = Field(description="when the percentage last changed")
    settled: bool = Field(description="the old baseline is retired: everything goes to the one name that is left")
    next_stage: int | None


class RolloutView(BaseModel):
    kind: Kind
    plan: RolloutPlanView | None = Field(description="null: there was none yet, and the service's own setting decides")
    retired: list[str] = Field(description="names that were switched off for good")


class RolloutChangeView(BaseModel):
    entry_id: str
    kind: Kind
    at: AwareDatetime
    means: Means = Field(description="how they came in; service: doctray by itself")
    key_id: str | None
    name: str
    action: RolloutAction
    from_percentage: int | None = Field(description="null: the first plan")
    to_percentage: int
    reason: str
    plan: RolloutPlanView


class RolloutHistory(BaseModel):
    changes: list[RolloutChangeView]


class RetireBaseline(BaseModel):
    """The baseline that nobody is to read with any more."""

    model_config = _STRICT

    kind: Kind = "engine"
    name: str = Field(min_length=1, max_length=MAX_NAME)
    force: bool = Field(False, description="although the candidate does not read everything yet")
    reason: str = Field("", max_length=500, description="for the history")


class NewKeyRollout(BaseModel):
    """What a key's documents are for."""

    model_config = _STRICT

    rollout: ArmName | None = Field(description="null: as the plans say")


class KeyRollout(BaseModel):
    key_id: str
    rollout: ArmName | None
