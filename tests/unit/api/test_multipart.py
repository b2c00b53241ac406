"""The multipart reader, fed in pieces of every size."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctray.api.multipart import Multipart, Part, boundary_of
from doctray.domain.errors import MalformedRequest

FILE = bytes(range(256)) * 8 + b"\r\n--cu\r\n--cutx\r\n-"
BODY = (
    b'--cut\r\nContent-Disposition: form-data; name="priority"\r\n\r\n7\r\n'
    b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a \\"b\\".pdf"\r\ncontent-type: application/pdf\r\n\r\n'
    + FILE
    + b"\r\n"
    b'--cut\r\nContent-Disposition: form-data; name="metadata"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{"a": "\xc3\xa9"}\r\n'
    b"--cut\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n"
    b"--cut--\r\n"
)


async def _pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def _read(body: bytes, size: int) -> list[tuple[Part, bytes]]:
    form = Multipart(_pieces(body, size), b"cut")
    found = []
    while (part := await form.next_part()) is not None:
        found.append((part, b"".join([data async for data in form.data()])))
    return found


@settings(max_examples=40, deadline=None)
@given(size=st.integers(1, len(BODY)))
async def test_parts_are_the_same_however_the_body_is_cut(size: int) -> None:
    assert await _read(BODY, size) == [
        (Part(name="priority", file_name=None), b"7"),
        (Part(name="file", file_name='a "b".pdf'), FILE),
        (Part(name="metadata", file_name=None), '{"a": "é"}'.encode()),
        (Part(name="empty", file_name=None), b""),
    ]


async def test_what_is_left_of_a_part_is_skipped() -> None:
    form = Multipart(_pieces(BODY, 100), b"cut")
    names = []
    while (part := await form.next_part()) is not None:
        names.append(part.name)
    assert names == ["priority", "file", "metadata", "empty"]


async def test_text_of_a_part() -> None:
    form = Multipart(_pieces(BODY, 10), b"cut")
    assert await form.next_part() == Part(name="priority", file_name=None)
    assert await form.text() == "7"


@settings(max_examples=60, deadline=None)
@given(cut_at=st.integers(0, len(BODY) - 5))
async def test_a_body_cut_short_is_malformed(cut_at: int) -> None:
    with pytest.raises(MalformedRequest):
        await _read(BODY[:cut_at], 64)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=300))
async def test_any_bytes_are_a_form_or_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        await _read(b"--cut\r\n" + body, 7)


async def test_bytes_behind_the_last_boundary_are_ignored() -> None:
    assert len(await _read(BODY + b"epilogue\r\n--cut\r\n", 9)) == 4


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [("multipart/form-data; boundary=a", b"a"), ('Multipart/Form-Data; charset=utf-8; boundary="a b"', b"a b")],
)
def test_boundary(content_type: str, boundary: bytes) -> None:
    assert boundary_of(content_type) == boundary


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=a", ""])
def test_no_boundary(content_type: str) -> None:
    with pytest.raises(MalformedRequest):
        boundary_of(content_type)


def test_a_boundary_that_is_too_long() -> None:
    with pytest.raises(MalformedRequest):
        Multipart(_pieces(b"", 1), b"x" * 300)
