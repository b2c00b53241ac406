"""The text of a result in reading order."""

from doctray.export.shown import Shown


def to_text(shown: Shown) -> bytes:
    """UTF-8; pages are parted by a form feed."""
    return str(shown.result.get("text") or "").encode("utf-8", "replace")
