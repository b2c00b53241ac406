"""Forms of a result that take no more than its JSON: made where they are asked for."""

from collections.abc import Callable, Mapping

from doctray.export.csv import to_csv
from doctray.export.hocr import to_hocr
from doctray.export.ics import to_ics
from doctray.export.markdown import to_markdown
from doctray.export.shown import Shown
from doctray.export.text import to_text

LIGHT: Mapping[str, Callable[[Shown], bytes]] = {"md": to_markdown, "txt": to_text, "csv": to_csv, "ics": to_ics, "hocr": to_hocr}
"""By suffix. Pure; raise NotAcceptable where the result has no such form."""
