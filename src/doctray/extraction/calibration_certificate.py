"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import UNFITTED

CERTIFICATES = UNFITTED
