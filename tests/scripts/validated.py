"""What `scripts/validate_deployment` finds of one item."""

from scripts.operations.finding import Status
from scripts.operations.validate import Given, validate


def found(item: str, given: Given) -> tuple[Status, str]:
    (finding,) = validate(given, items=[item])
    return finding.status, finding.said
