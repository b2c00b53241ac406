"""A rollout's plan and health over HTTP, and turning its share."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from scripts.operations.target import Target

_SET_BY_DOCTRAY = ("revision", "stage_since", "settled", "next_stage")


class Moved(Exception):
    """Somebody else has changed the plan since it was looked at."""


class Refused(Exception):
    """doctray answers, and does not do it. Says what it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A plan and its candidate's health. reason: of the verdict. last_reason: of the plan's last change. plan: as the API tells it."""

    baseline: str
    candidate: str
    percentage: int
    enabled: bool
    stages: tuple[int, ...]
    revision: int
    verdict: str
    reason: str
    last_reason: str
    plan: Mapping[str, Any]


class Dial:
    """One kind's rollout. Its methods raise Refused, and httpx.HTTPError while nobody answers (5xx included)."""

    def __init__(self, target: Target, kind: str) -> None:
        self._client = target.client()
        self._kind = kind

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def standing(self) -> Standing:
        plan = self._get("/v1/admin/rollout")["plan"]
        if plan is None:
            raise Refused(f"there is no rollout plan for the {self._kind}: make one with doctray rollout plan")
        health = self._get("/v1/admin/rollout/health")
        changes = self._get("/v1/admin/rollout/history", limit=1)["changes"]
        return Standing(
            baseline=plan["baseline"],
            candidate=plan["candidate"],
            percentage=plan["percentage"],
            enabled=plan["enabled"],
            stages=tuple(plan["stages"]),
            revision=plan["revision"],
            verdict=health["verdict"],
            reason=health["reason"],
            last_reason=changes[0]["reason"] if changes else "",
            plan=plan,
        )

    def turn(self, percentage: int, *, seen: Standing, reason: str) -> Standing:
        """The whole plan as it was seen, with another share. Raises Moved when it is another plan by now."""
        members = {name: value for name, value in seen.plan.items() if name not in _SET_BY_DOCTRAY}
        answer = self._client.put(
            "/v1/admin/rollout", json=members | {"percentage": percentage, "reason": reason}, headers={"If-Match": f'"{seen.revision}"'}
        )
        if answer.status_code in (409, 412):
            raise Moved("somebody else has changed the plan meanwhile")
        _told(answer)
        return self.standing()

    def _get(self, path: str, **params: str | int) -> dict[str, Any]:
        return _told(self._client.get(path, params={"kind": self._kind, **params}))


def _told(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 500:
        answer.raise_for_status()
    if answer.status_code >= 400:
        raise Refused(f"{answer.request.method} {answer.request.url.path} answers {answer.status_code}: {_detail(answer)}")
    body: dict[str, Any] = answer.json()
    return body


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json()["title"])
    except (ValueError, KeyError, AttributeError):
        return answer.text[:200]
