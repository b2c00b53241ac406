"""Files that are not what they are called, are two things at once, or nothing; and options that do not fit their document."""

import base64
import io
import zipfile
from functools import partial

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import MEGABYTE, one_page
from tests.malformed.sound import sound

CORRUPT = "corrupt_document"
EMPTY = "empty_document"
UNSUPPORTED = "unsupported_media_type"


def cases() -> Cases:
    yield from _others()
    yield from _wrongly_called()
    yield from _polyglots()
    yield from _choices()


def _others() -> Cases:
    case = Group("not a document", "pdf")
    yield case("nothing", lambda: b"", EMPTY)
    for byte in (0, 10, 37, 255):
        yield case(f"the byte {byte}", partial(bytes, (byte,)), UNSUPPORTED)
    contents = {
        "text": b"Dear sir or madam,\n" * 500,
        "HTML": b"<!doctype html><script>alert(1)</script>" * 50,
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' width='99999999' height='99999999'/>",
        "PostScript": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file showpage\n",
        "a program": b"\x7fELF\2\1\1" + bytes(500),
        "a Windows program": b"MZ\x90\0" + bytes(500),
        "gzip": b"\x1f\x8b\x08\0" + bytes(500),
        "a JPEG 2000 picture": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(500),
        "an icon": b"\0\0\1\0\1\0" + bytes(500),
        "a Photoshop picture": b"8BPS\0\1" + bytes(500),
        "DjVu": b"AT&TFORM\0\0\0\0DJVU" + bytes(500),
        "a script": b"#!/bin/sh\nrm -rf /\n",
        "a sound": b"RIFF\xff\0\0\0WAVEfmt " + bytes(500),
        "zeros": bytes(MEGABYTE),
        "spaces": b" " * MEGABYTE,
        "XML of laughs": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>",
    }
    for name, content in contents.items():
        yield case(name, partial(bytes, content), UNSUPPORTED)
    yield case("an archive", _archive, UNSUPPORTED)
    yield case("a document larger than allowed", lambda: sound("pdf") + bytes(51 * MEGABYTE), "too_large")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("zeros"), bytes(10 * MEGABYTE), compress_type=zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _wrongly_called() -> Cases:
    case = Group("wrongly called", "pdf")
    called = (
        ("png", "scan.pdf"),
        ("jpeg", "scan.tiff"),
        ("pdf", "scan.jpg"),
        ("tiff", "scan.docx"),
        ("gif", "scan.exe"),
        ("webp", "scan"),
        ("heic", "scan.jpeg"),
        ("bmp", "scan.heic"),
    )
    for kind, name in called:
        yield case(f"{kind} as {name}", partial(sound, kind), COMPLETED, file_name=name)
    odd = (
        "../../../../etc/passwd.pdf",
        "a\u202efdp.exe",
        "😀" * 90 + ".pdf",
        "C:\\temp\\scan.pdf",
        ".pdf",
        "scan.pdf;rm -rf",
        "'; drop table jobs; --.pdf",
        "<script>.pdf",
        "x" * 250 + ".pdf",
    )
    for number, name in enumerate(odd):
        # the content differs, so that no answer comes from the cache
        yield case(f"file name {number}", partial(_remarked, b"%d" % number), COMPLETED, file_name=name)


def _remarked(remark: bytes) -> bytes:
    """A sound PDF with a comment of its own behind it."""
    return sound("pdf") + b"\n%% " + remark + b"\n"


def _polyglots() -> Cases:
    case = Group("polyglot", "pdf")
    yield case("PDF and archive", lambda: sound("pdf") + _archive(), COMPLETED)
    yield case("archive and PDF", lambda: _archive()[:500] + sound("pdf"), COMPLETED, UNSUPPORTED)
    yield case("GIF and PDF", lambda: sound("gif")[:200] + sound("pdf"), COMPLETED, CORRUPT)
    yield case("GIF with a PDF behind it", lambda: sound("gif") + sound("pdf"), COMPLETED)
    yield case("JPEG with an archive behind it", lambda: sound("jpeg") + _archive(), COMPLETED)
    yield case("PNG with a PDF behind it", lambda: sound("png") + sound("pdf"), COMPLETED)
    yield case("HTML that speaks of PDF", lambda: b"<html><!-- %PDF-1.7 --><script>alert(1)</script></html>", CORRUPT, EMPTY)
    yield case("HTML with a PDF in it", lambda: b"<html><script>/*" + one_page() + b"*/alert(1)</script></html>", COMPLETED)
    yield case("a mail with a PDF in it", lambda: b"From: a@example.org\r\nContent-Type: application/pdf\r\n\r\n" + sound("pdf"), COMPLETED)
    yield case("PDF in base64", lambda: base64.b64encode(sound("pdf")), UNSUPPORTED)
    yield case("BMP that is a PDF", lambda: b"BM" + b"\0" * 12 + b"\x28\0\0\0" + sound("pdf"), CORRUPT, COMPLETED)
    yield case("TIFF that is a PDF", lambda: b"II*\0" + sound("pdf"), CORRUPT)


def _choices() -> Cases:
    case = Group("pages asked for", "pdf")
    asked = {
        "3": ("invalid_option",),
        "0": ("invalid_option",),
        "-1": ("invalid_option",),
        "2-1": ("invalid_option",),
        "1-": ("invalid_option",),
        "1-999999999": ("invalid_option",),
        "9999999999999999999999": ("invalid_option",),
        "1,,2": ("invalid_option",),
        "one": ("invalid_option",),
        "1;2": ("invalid_option",),
        "1.5": ("invalid_option",),
        "0x1": ("invalid_option",),
        "١": ("invalid_option",),
        "1\u2013 2": ("invalid_option",),
        "1\n2": ("invalid_option",),
        "1," * 400 + "1": (COMPLETED, "invalid_option"),
        "1," * 50_000 + "1": (COMPLETED, "invalid_option", "malformed_request"),
        "1,1,1,2-2": (COMPLETED,),
        " 1 , 2 ": (COMPLETED,),
        "1 - 2": (COMPLETED,),
        "": (COMPLETED,),
    }
    for number, (pages, outcomes) in enumerate(asked.items()):
        what = f"{number} {pages[:20]!a}"
        yield case(
            what,
            partial(_remarked, b"pages %d" % number),
            *outcomes,
            options={"pages": pages},
            file_name="pages.pdf",
        )
