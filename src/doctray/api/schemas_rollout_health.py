"""The shape of a candidate's health. Seconds, and shares from 0 to 1."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from doctray.api.schemas_rollout import Kind
from doctray.api.schemas_rollout_report import VerdictName
from doctray.domain.rollout import RolloutAction


class HealthCheckView(BaseModel):
    name: Literal["errors", "success", "seconds", "confidence", "agreement", "truth"]
    verdict: VerdictName
    value: float | None = Field(description="of the candidate; null: nothing is known yet. seconds: the 95th percentile")
    baseline: float | None = Field(description="the same of the baseline")
    threshold: float
    critical: float | None
    sample: int = Field(description="attempts, jobs or documents that it was taken from")


class HealthArmView(BaseModel):
    attempts: int = Field(description="within the window; those that blame the caller, the document or another part are left out")
    errors: int
    jobs: int
    completed: int
    shadows: int
    p95_seconds: float | None
    confidence: float | None
    agreement: float | None
    compared: int = Field(description="documents whose values were compared, since the share last changed")
    truth: float | None
    reviewed: int


class HealthArms(BaseModel):
    baseline: HealthArmView
    candidate: HealthArmView


class NextStep(BaseModel):
    action: RolloutAction
    percentage: int
    reason: str


class RolloutHealth(BaseModel):
    kind: Kind
    baseline: str
    candidate: str
    percentage: int
    shadow_percentage: int
    enabled: bool
    verdict: VerdictName = Field(description="doubtful: past a threshold by no more than chance may do; nothing moves then")
    reason: str = Field(description="which figures gave the verdict")
    since: AwareDatetime = Field(description="from when attempts count: the plan's window, but nothing of the stage before")
    min_sample: int
    checks: list[HealthCheckView]
    arms: HealthArms
    next: NextStep | None = Field(description="what doctray is about to do by itself")
    shadows_waiting: int
