"""The shape of a rollout's report. Seconds, bytes, US dollars, and shares from 0 to 1."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from doctray.api.schemas_rollout import Kind, RolloutPlanView
from doctray.domain.rollout import RolloutAction

VerdictName = Literal["too_few", "healthy", "doubtful", "breach", "critical"]


class EstimateView(BaseModel):
    """A measured number with the interval that holds the true one in 95 of 100 samples."""

    value: float
    low: float | None = Field(description="null: nothing bounds it, as with one value")
    high: float | None
    count: int = Field(description="documents or attempts that it was measured on")


class RolloutCheckView(BaseModel):
    name: str
    verdict: VerdictName
    candidate: float | None
    baseline: float | None
    threshold: float
    critical: float | None
    sample: int
    said: str


class ReportedHealth(BaseModel):
    verdict: VerdictName
    checks: list[RolloutCheckView]


class ReportedSeconds(BaseModel):
    median: EstimateView | None
    p95: EstimateView | None
    percentiles: dict[str, float] = Field(description="p0 to p100; empty without any")


class ReportedArm(BaseModel):
    """What callers got from one arm."""

    name: str
    jobs: int = Field(description="that ended")
    attempts: int
    blameless: int = Field(
        description="failed attempts that speak against neither arm: the document, the caller or another part is to blame"
    )
    success: EstimateView | None
    errors: EstimateView | None
    codes: dict[str, int] = Field(description="what attempts failed with")
    seconds: ReportedSeconds
    confidence: EstimateView | None
    needs_review: EstimateView | None
    truth: EstimateView | None = Field(description="values that people's reviews confirmed")
    memory_bytes: int | None = Field(description="the most that its process had")
    cost_usd: float | None
    cost_usd_each: EstimateView | None


class ReportedArms(BaseModel):
    baseline: ReportedArm
    candidate: ReportedArm


class AgreementView(BaseModel):
    field: str
    agreed: int
    compared: int
    share: EstimateView | None


class AgreedValues(BaseModel):
    agreed: int
    compared: int


class DisagreementView(BaseModel):
    request_id: str
    at: AwareDatetime
    agreed: int
    compared: int
    fields: dict[str, AgreedValues] = Field(description="those that differ")


class PairedSeconds(BaseModel):
    baseline: dict[str, float]
    candidate: dict[str, float]


class SameDocuments(BaseModel):
    """Documents that both arms read. `more`: the candidate's less the baseline's, document by document."""

    documents: int
    candidate_failed: dict[str, int]
    agreement: EstimateView | None
    fields: list[AgreementView] = Field(description="those that agree least first")
    seconds: PairedSeconds
    seconds_more: EstimateView | None
    confidence_more: EstimateView | None
    cost_usd_more: EstimateView | None
    truth_more: EstimateView | None
    worst: list[DisagreementView]


class VolumeView(BaseModel):
    start: AwareDatetime
    baseline: int
    candidate: int
    shadows: int


class PercentageView(BaseModel):
    since: AwareDatetime
    percentage: int


class ReportedChange(BaseModel):
    at: AwareDatetime
    action: RolloutAction
    from_percentage: int | None
    to_percentage: int
    by: str
    reason: str


class RolloutPlots(BaseModel):
    """SVG, to stand in a page; empty where there is nothing to show."""

    volume: str
    seconds: str
    same_documents_seconds: str
    agreement: str


class RolloutReportView(BaseModel):
    kind: Kind
    since: AwareDatetime
    until: AwareDatetime
    cut: bool = Field(description="there were too many attempts: these are the newest")
    plan: RolloutPlanView
    health: ReportedHealth
    arms: ReportedArms
    same_documents: SameDocuments
    volume: list[VolumeView]
    volume_slice_seconds: float
    percentages: list[PercentageView]
    history: list[ReportedChange] = Field(description="newest first")
    plots: RolloutPlots | None = Field(None, description="with ?plots=true")
