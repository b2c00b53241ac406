"""What an extraction warns of."""

from doctray.domain.extraction import Extraction


def codes(extraction: Extraction) -> set[str]:
    return {warning.code for warning in extraction.warnings}
