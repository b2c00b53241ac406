"""Writes PDF files object by object, wrong ones as readily as right ones."""

import zlib
from collections.abc import Sequence

MEGABYTE = 1024 * 1024
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
LETTER = b"[0 0 612 792]"

SMALL = b"[0 0 200 120]"
"""Small pages render in milliseconds."""

TEXT = b"BT /F1 10 Tf 10 80 Td (Certificate of insurance, policy 4711) Tj 0 -20 Td (Issued to the holder named below) Tj ET"


class RawPdf:
    """Objects are numbered from 1 in the order they are added; `ref` names one that is still to come."""

    def __init__(self, header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n") -> None:
        self._header = header
        self._objects: list[bytes] = []

    @property
    def next_number(self) -> int:
        return len(self._objects) + 1

    def add(self, body: bytes) -> int:
        self._objects.append(body)
        return len(self._objects)

    def stream(self, data: bytes, entries: bytes = b"", *, length: bytes | None = None) -> int:
        size = length if length is not None else b"%d" % len(data)
        return self.add(b"<< /Length %s %s >>\nstream\n%s\nendstream" % (size, entries, data))

    def bytes(self, *, root: int | bytes = 1, trailer: bytes = b"", tail: bytes | None = None, xref: bytes | None = None) -> bytes:
        """The whole file. tail: instead of startxref and %%EOF; xref: instead of the table and trailer."""
        out = bytearray(self._header)
        offsets = []
        for number, body in enumerate(self._objects, start=1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(out)
        if xref is None:
            out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
            out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
            named = b"%d 0 R" % root if isinstance(root, int) else root
            out += b"trailer\n<< /Size %d /Root %s %s >>\n" % (len(offsets) + 1, named, trailer)
        else:
            out += xref
        out += b"startxref\n%d\n%%%%EOF\n" % start if tail is None else tail
        return bytes(out)


def one_page(
    content: bytes = TEXT,
    *,
    page: bytes = b"",
    resources: bytes = b"",
    catalog: bytes = b"",
    trailer: bytes = b"",
    media_box: bytes = SMALL,
    objects: Sequence[bytes] = (),
    content_entries: bytes = b"",
) -> bytes:
    """A PDF of one page. Objects: 1 catalog, 2 pages, 3 page, 4 content, 5 Helvetica (/F1), then `objects` from 6 on."""
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog)
    pdf.add(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    pdf.add(
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R %s >> %s >> %s >>"
        % (media_box, _fonts(resources), _others(resources), page)
    )
    pdf.stream(content, content_entries)
    pdf.add(HELVETICA)
    for body in objects:
        pdf.add(body)
    return pdf.bytes(trailer=trailer)


def _fonts(resources: bytes) -> bytes:
    """`resources` may begin with more fonts, parted from the rest by a bar: b"/F2 6 0 R | /XObject << … >>"."""
    return resources.partition(b"|")[0] if b"|" in resources else b""


def _others(resources: bytes) -> bytes:
    return resources.partition(b"|")[2] if b"|" in resources else resources


def streamed(data: bytes, entries: bytes = b"") -> bytes:
    """The body of a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def deflate_bomb(chunk: bytes, times: int) -> bytes:
    """A zlib stream of `chunk` repeated, made without making what it unpacks to.

    After a full flush a deflate block starts on a byte and refers to nothing before it, so that the compressed chunk can be repeated.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + body * times + b"\x03\x00" + _repeated_adler(chunk, times).to_bytes(4, "big")


def _repeated_adler(chunk: bytes, times: int) -> int:
    """Adler-32 of the repetition (RFC 1950, 8.2): a = 1 + n s, and b has each repetition's own sum and what a had grown to before it."""
    base, size = 65521, len(chunk)
    checksum = zlib.adler32(chunk)
    grown, weighted = (checksum & 0xFFFF) - 1, (checksum >> 16) - size
    total_a = 1 + times * grown
    total_b = times * (size + weighted) + size * grown * (times * (times - 1) // 2)
    return total_b % base << 16 | total_a % base
