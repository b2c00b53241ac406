from typing import Any

import pytest

from doctray.domain.document import Box, FormField, Line, Page, PageSource, Segment, Word
from doctray.pages import wire

PAGE = Page(
    number=2,
    width=1275,
    height=1650,
    source=PageSource.TEXT_LAYER,
    lines=(
        Line(
            words=(
                Word(text="Größe", box=Box(1, 2, 30.5, 14), confidence=1.0),
                Word(text="5", box=Box(36, 2, 40, 14), confidence=0.5, angle=90),
            )
        ),
    ),
    rotation=90,
    segments=(Segment(0, 10, 100, 10),),
    form_fields=(FormField(name="a.b", kind="text", value="x\ny", box=Box(0, 0, 9, 9)),),
    engine="pymupdf",
)


def sent(page: Page) -> dict[str, Any]:
    """What the other side parses."""
    message = wire.packed({"page": wire.page_as_json(page)})
    header_bytes, body_bytes = wire.sizes(message[: wire.PREFIX.size])
    assert body_bytes == 0
    header = message[wire.PREFIX.size :]
    assert len(header) == header_bytes
    page_json: dict[str, Any] = wire.parsed(header)["page"]
    return page_json


def test_a_page_arrives_as_it_was_sent() -> None:
    assert wire.page_from_json(sent(PAGE)) == PAGE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", -1),
        ("width", "1275"),
        ("width", True),
        ("height", 1e300),
        ("number", None),
        ("engine", 7),
        ("lines", 5),
        ("lines", [[]]),
        ("lines", [[["word", 0, 0, 1]]]),
        ("lines", [[["word", 9, 0, 1, 1, 1.0, 0]]]),
        ("lines", [[["word", float("nan"), 0, 1, 1, 1.0, 0]]]),
        ("lines", [[[["nested"], 0, 0, 1, 1, 1.0, 0]]]),
        ("segments", [[1, 2, 3]]),
        ("segments", [[1, 2, 3, float("inf")]]),
        ("form_fields", [["name", "text"]]),
    ],
)
def test_a_page_that_does_not_hold_together_is_not_believed(name: str, value: object) -> None:
    with pytest.raises(wire.WireError):
        wire.page_from_json({**sent(PAGE), name: value})


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_header_that_is_no_object_is_not_believed(header: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.parsed(header)


def test_a_message_larger_than_any_page_is_not_awaited() -> None:
    with pytest.raises(wire.WireError):
        wire.sizes(wire.PREFIX.pack(10, wire.MAX_BODY_BYTES + 1))
    with pytest.raises(wire.WireError):
        wire.sizes(wire.PREFIX.pack(wire.MAX_HEADER_BYTES + 1, 0))


def test_text_that_cannot_be_stored_is_made_storable() -> None:
    page = wire.page_from_json({**sent(PAGE), "lines": [[["a\ud800b\0", 0, 0, 1, 1, 2.0, 0]]]})
    assert [(word.text, word.confidence) for word in page.words] == [("a?b", 1.0)]
