"""What an export shows of a job: its result as served, with a person's fields in the place of the machine's where there are any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doctray.domain.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A completed job for an exporter.

    result: JSON object of api.md (Result); `review` is there when a person has reviewed it. changed_at: when the job was finished or
    reviewed last, aware UTC; every date that an export needs comes from it, so that exporting twice gives the same bytes.
    """

    request_id: str
    file_name: str
    changed_at: datetime
    result: Mapping[str, Any]

    @classmethod
    def of(cls, job: Job, result: Mapping[str, Any]) -> "Shown":
        """job: completed. result: as it is shown."""
        reviewed_at = (result.get("review") or {}).get("reviewed_at")
        changed_at = datetime.fromisoformat(reviewed_at) if reviewed_at else job.finished_at or job.created_at
        return cls(request_id=job.request_id, file_name=job.file_name, changed_at=changed_at, result=result)

    @property
    def document_type(self) -> str:
        return str(self.result.get("document_type", "other"))

    @property
    def review(self) -> Mapping[str, Any] | None:
        found = self.result.get("review")
        return found if isinstance(found, Mapping) else None

    @property
    def fields(self) -> Mapping[str, Any]:
        """Those of a person where there are any, else the machine's."""
        found = (self.review or self.result).get("fields")
        return found if isinstance(found, Mapping) else {}

    @property
    def machine_fields(self) -> Mapping[str, Any]:
        found = self.result.get("fields")
        return found if isinstance(found, Mapping) else {}

    @property
    def documents(self) -> tuple[Mapping[str, Any], ...]:
        """Fields of every document in the file: the first, then `other_documents`, which nobody reviews."""
        others = self.result.get("other_documents") or ()
        return (self.fields, *(other for other in others if isinstance(other, Mapping)))

    @property
    def pages(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(page for page in self.result.get("pages") or () if isinstance(page, Mapping))

    @property
    def warnings(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(warning for warning in self.result.get("warnings") or () if isinstance(warning, Mapping))
