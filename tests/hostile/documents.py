"""Documents that unpack to gigabytes, that are something else than they say, or several things at once."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer
from tests.malformed.rawpdf import RawPdf, one_page

MEGABYTE = 1024 * 1024
UNSUPPORTED = ("415 unsupported_media_type",)


def _zip(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\0" * size)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, data: bytes, *more: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _png_of_text() -> bytes:
    """200 MB of text in 200 KB, which is unpacked by whoever reads a PNG's words about itself."""
    return _png(1, 1, zlib.compress(b"\0\0"), _chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 200 * MEGABYTE, 9)))


def _gif() -> bytes:
    """Twenty thousand frames of the largest screen that there is."""
    frame = b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0" + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + frame * 20_000 + b"\x3b"


def _tiff() -> bytes:
    entries = [
        (256, 4, 1, 4_000_000_000),
        (257, 4, 1, 4_000_000_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (279, 4, 1, 1),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 8)
    return b"II*\0" + struct.pack("<I", 8) + directory


def _bmp() -> bytes:
    return (
        b"BM" + struct.pack("<IHHI", 100, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 2_000_000_000, 2_000_000_000, 1, 24, 0, 0, 0, 0, 0, 0)
    )


def _pdf_of_streams() -> bytes:
    """A page whose content is a gigabyte, deflated four times over."""
    data = zlib.compress(b" " * 100 * MEGABYTE, 9)
    for _ in range(2):
        data = zlib.compress(data, 9)
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    pdf.add(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    pdf.add(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 120] /Contents 4 0 R >>")
    pdf.stream(data, b"/Filter [/FlateDecode /FlateDecode /FlateDecode]")
    return pdf.bytes()


def _pdf_of_paper() -> bytes:
    return one_page(page=b"/MediaBox [0 0 2000000000 2000000000]")


AT_THE_DOOR: dict[str, Callable[[], bytes]] = {
    "a zip of zeros": lambda: _zip("a.pdf", 50 * MEGABYTE),
    "a Word document": lambda: _zip("word/document.xml", 20 * MEGABYTE),
    "gzip of a PDF": lambda: gzip.compress(PDF),
    "gzip of gzip": lambda: gzip.compress(gzip.compress(b"\0" * 20 * MEGABYTE)),
    "SVG with a script": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "XML with entities without end": lambda: b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    "XML that names a file": lambda: b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "HTML": lambda: b"<html><script>alert(1)</script></html>",
    "PostScript": lambda: b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n",
    "an MVG script": lambda: b"push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 'https://127.0.0.1/x.jpg'\n",
    "an ELF program": lambda: b"\x7fELF\x02\x01\x01" + bytes(100),
    "a Windows program": lambda: b"MZ" + bytes(200),
    "a shell script": lambda: b"#!/bin/sh\nid\n",
    "PHP": lambda: b"<?php system($_GET['a']);",
    "a pickle": lambda: b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
    "an MP4 film": lambda: b"\0\0\0\x20ftypisom\0\0\0\0isomiso2" + bytes(100),
    "AVIF": lambda: b"\0\0\0\x20ftypavif\0\0\0\0avifmif1" + bytes(100),
    "half a magic number": lambda: b"\x89PN",
    "one NUL": lambda: b"\0",
    "two megabytes of NUL": lambda: b"\0" * (2 * MEGABYTE - 4096),
    "a PDF that begins after 2 KB": lambda: b" " * 2048 + PDF,
}

READ: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "a PNG of 4 gigapixels": (lambda: _png(65535, 65535, zlib.compress(b"\0" * 1000)), ("page_too_large",)),
    "a PNG whose text unpacks to 200 MB": (_png_of_text, ("corrupt_document", "page_too_large", "")),
    "a PNG that unpacks to more than its size": (
        lambda: _png(10, 10, zlib.compress(b"\0" * 100 * MEGABYTE, 9)),
        ("corrupt_document", ""),
    ),
    "a GIF of twenty thousand frames": (_gif, ("page_too_large", "corrupt_document", "too_many_pages")),
    "a TIFF of 16 exapixels in a circle": (_tiff, ("page_too_large", "corrupt_document")),
    "a BMP of 4 exapixels": (_bmp, ("page_too_large", "corrupt_document")),
    "a PDF stream in a stream in a stream": (_pdf_of_streams, ("corrupt_document", "page_too_large", "")),
    "a PDF of 700 km of paper": (_pdf_of_paper, ("page_too_large", "corrupt_document", "")),
    "a PDF that is a zip, too": (lambda: PDF + _zip("a", 10), ("",)),
    "a PDF that is HTML, too": (lambda: b"<script>alert(1)</script>\n" + PDF, ("",)),
    "a JPEG that is PHP, too": (lambda: b"\xff\xd8\xff\xe0<?php system('id'); ?>", ("corrupt_document",)),
    "a GIF that is JavaScript, too": (lambda: b"GIF89a/*" + bytes(60) + b"*/=1;alert(1)", ("corrupt_document",)),
}

MISNAMED = {
    "a PDF called a program": ("a.exe", PDF, "202"),
    "a PDF called a picture": ("a.png", PDF, "202"),
    "a program called a PDF": ("a.pdf", b"MZ" + bytes(200), "415 unsupported_media_type"),
    "a web page called a picture": ("a.png", b"<html></html>", "415 unsupported_media_type"),
}


def cases() -> Iterator[Case]:
    for name, make in AT_THE_DOOR.items():
        yield Case(group="documents, at the door", name=name, act=partial(_uploaded, make), must=UNSUPPORTED)
    for name, (make, codes) in READ.items():
        must = tuple(f"202, then failed {code}" if code else "202, then completed" for code in codes)
        yield Case(group="documents, read", name=name, act=partial(_read, make), must=must, long=True)
    for name, (file_name, content, outcome) in MISNAMED.items():
        yield Case(group="documents, at the door", name=name, act=partial(_misnamed, file_name, content), must=(outcome,))
    yield Case(group="documents, at the door", name="a declared type that lies", act=_lying, must=UNSUPPORTED)


def _uploaded(make: Callable[[], bytes], target: Target) -> Answer:
    return target.upload(make())


def _read(make: Callable[[], bytes], target: Target) -> Answer:
    return target.ended(target.upload(make(), no_cache="1"))


def _misnamed(file_name: str, content: bytes, target: Target) -> Answer:
    return target.upload(content, file_name=file_name)


def _lying(target: Target) -> Answer:
    return target.post_form([('form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf', b"<html></html>")])
