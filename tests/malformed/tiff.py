"""TIFF files: directories in a circle, offsets that lie, odd samples, bombs of each compression, and thousands of pages."""

import struct
import zlib
from functools import partial

import numpy as np
from PIL import Image

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import MEGABYTE, deflate_bomb
from tests.malformed.sound import encoded, gradient, picture, sound

CORRUPT = "corrupt_document"
TOO_LARGE = "page_too_large"

SHORT, LONG, SIGNED = 3, 4, 9

Entry = tuple[int, int, int, int]
"""tag, type, count, value or offset"""


def _directory(entries: list[Entry], following: int) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", following)


def _plain(
    width: int = 10,
    height: int = 10,
    *,
    bits: int = 8,
    compression: int = 1,
    photometric: int = 1,
    strip: int = 0,
    size: int = 100,
    samples: int = 1,
) -> list[Entry]:
    return [
        (256, LONG, 1, width & 0xFFFFFFFF),
        (257, LONG, 1, height & 0xFFFFFFFF),
        (258, SHORT, 1, bits),
        (259, SHORT, 1, compression),
        (262, SHORT, 1, photometric),
        (273, LONG, 1, strip),
        (277, SHORT, 1, samples),
        (278, LONG, 1, height & 0xFFFFFFFF),
        (279, LONG, 1, size),
    ]


def _file(entries: list[Entry], data: bytes = b"\x80" * 100, *, following: int = 0) -> bytes:
    """A header, the data at 8, and one directory behind them."""
    at = 8 + len(data)
    placed = [(tag, kind, count, 8) if tag == 273 and value == 0 else (tag, kind, count, value) for tag, kind, count, value in entries]
    return b"II*\0" + struct.pack("<I", at) + data + _directory(placed, at if following == -1 else following)


def _changed(tag: int, kind: int, count: int, value: int) -> bytes:
    entries = [entry for entry in _plain() if entry[0] != tag]
    return _file(sorted([*entries, (tag, kind, count, value & 0xFFFFFFFF)]))


def _pages(count: int) -> bytes:
    out = bytearray(b"II*\0" + struct.pack("<I", 108) + b"\x80" * 100)
    size = len(_directory(_plain(), 0))
    for number in range(count):
        following = 0 if number == count - 1 else len(out) + size
        out += _directory(_plain(strip=8), following)
    return bytes(out)


def _packed(compression: int, width: int, height: int, data: bytes, bits: int = 8) -> bytes:
    return _file(_plain(width, height, bits=bits, compression=compression, size=len(data)), data)


def cases() -> Cases:
    case = Group("tiff", "tiff")
    yield case("a directory that follows itself", lambda: _file(_plain(), following=-1), COMPLETED, CORRUPT, "too_many_pages")
    yield case("two directories in a circle", _circle, COMPLETED, CORRUPT, "too_many_pages")
    yield case("10,000 pages", lambda: _pages(10_000), "too_many_pages")
    yield case("501 pages", lambda: _pages(501), "too_many_pages")
    yield case("100 pages", lambda: _pages(100), COMPLETED)
    yield case("a directory beyond the end", lambda: b"II*\0\xff\xff\xff\x7f" + bytes(100), CORRUPT)
    yield case("a directory in the header", lambda: b"II*\0\0\0\0\0" + bytes(100), CORRUPT)
    yield case("no directory", lambda: b"II*\0", CORRUPT)
    yield case("a directory of nothing", lambda: b"II*\0\x08\0\0\0\0\0\0\0\0\0", CORRUPT)
    yield case("65,535 entries", lambda: b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHII", 256, 4, 1, 10) * 65_535, CORRUPT)
    yield case("65,535 entries that are not there", lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(24), CORRUPT)
    yield case("a second page beyond the end", lambda: _file(_plain(), following=0x7FFFFFFF), COMPLETED, CORRUPT)
    for width, height in ((50_000, 50_000), (1, 1_000_000_000), (0xFFFFFFFF, 0xFFFFFFFF)):
        yield case(f"{width} x {height}", partial(_file, _plain(width, height)), TOO_LARGE, CORRUPT)
    for width, height in ((0, 0), (0, 10), (10, 0)):
        yield case(f"{width} x {height}", partial(_file, _plain(width, height)), CORRUPT)
    yield case("minus ten wide", lambda: _changed(256, SIGNED, 1, -10), CORRUPT, TOO_LARGE)
    yield case("a promise of 64 megapixels", lambda: _file(_plain(8000, 8000)), CORRUPT, COMPLETED)
    yield case("a strip beyond the end", lambda: _changed(273, LONG, 1, 0x7FFFFFFF), CORRUPT)
    yield case("a strip of four gigabytes", lambda: _changed(279, LONG, 1, -1), COMPLETED, CORRUPT)
    yield case("a thousand million strips", lambda: _changed(273, LONG, 1_000_000_000, 8), CORRUPT)
    yield case("one row a strip", lambda: _changed(278, LONG, 1, 1), COMPLETED, CORRUPT)
    yield case("no row a strip", lambda: _changed(278, LONG, 1, 0), COMPLETED, CORRUPT)
    yield case(
        "tiles of nothing",
        lambda: _file([*_plain()[:5], (322, LONG, 1, 0), (323, LONG, 1, 0), (324, LONG, 1, 8), (325, LONG, 1, 100)]),
        CORRUPT,
        COMPLETED,
    )
    yield case(
        "tiles of four gigabytes",
        lambda: _file([*_plain()[:5], (322, LONG, 1, 65_536), (323, LONG, 1, 65_536), (324, LONG, 1, 8), (325, LONG, 1, 100)]),
        CORRUPT,
        TOO_LARGE,
        COMPLETED,
    )
    for bits in (0, 1, 2, 4, 7, 12, 16, 24, 32, 64, 65_535):
        yield case(f"{bits} bits", partial(_changed, 258, SHORT, 1, bits), COMPLETED, CORRUPT)
    for samples in (0, 2, 3, 5, 65_535):
        yield case(f"{samples} samples", partial(_changed, 277, SHORT, 1, samples), COMPLETED, CORRUPT, TOO_LARGE)
    for photometric in (0, 2, 3, 4, 5, 6, 8, 32_803, 65_535):
        yield case(f"photometric {photometric}", partial(_changed, 262, SHORT, 1, photometric), COMPLETED, CORRUPT)
    for compression in (2, 3, 4, 5, 6, 7, 8, 32_773, 34_712, 34_925, 50_000, 50_001, 65_535):
        yield case(f"noise as compression {compression}", partial(_changed, 259, SHORT, 1, compression), COMPLETED, CORRUPT)
    blank = deflate_bomb(bytes(MEGABYTE), 64)
    yield case("a deflate bomb of 67 megapixels", lambda: _packed(8, 8192, 8192, blank), COMPLETED)
    yield case("a gigabyte of deflate for 10 x 10", lambda: _packed(8, 10, 10, deflate_bomb(bytes(MEGABYTE), 1024)), COMPLETED, CORRUPT)
    yield case("an LZW bomb", lambda: encoded(Image.new("L", (8000, 8000), 200), "TIFF", compression="tiff_lzw"), COMPLETED)
    yield case("a fax bomb", lambda: encoded(Image.new("1", (8000, 8000), 1), "TIFF", compression="group4"), COMPLETED)
    yield case("a pack bits bomb", lambda: _packed(32_773, 8000, 8000, b"\x81\0" * 500_000), COMPLETED, CORRUPT)
    yield case(
        "16 bits of 67 megapixels",
        lambda: _packed(8, 8192, 8192, deflate_bomb(bytes(MEGABYTE), 128), bits=16),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
    )
    yield case("floating point", lambda: encoded(Image.fromarray(gradient(200, 120)), "TIFF"), COMPLETED)
    yield case(
        "floating point that is none",
        lambda: encoded(Image.fromarray(np.full((60, 80), np.nan, dtype=np.float32)), "TIFF"),
        COMPLETED,
        CORRUPT,
    )
    yield case(
        "floating point without end",
        lambda: encoded(Image.fromarray(np.array([[np.inf, -np.inf], [1e38, -1e38]], dtype=np.float32)), "TIFF"),
        COMPLETED,
        CORRUPT,
    )
    yield case("32-bit numbers", lambda: encoded(Image.fromarray((gradient(200, 120) * 2e9).astype("int32")), "TIFF"), COMPLETED)
    yield case(
        "32-bit numbers below nothing", lambda: encoded(Image.fromarray((gradient(200, 120) * -2e9).astype("int32")), "TIFF"), COMPLETED
    )
    yield case("16-bit gray", lambda: encoded(Image.fromarray((gradient(200, 120) * 65535).astype("uint16")), "TIFF"), COMPLETED)
    for mode in ("1", "P", "LA", "CMYK", "YCbCr", "LAB", "RGBA"):
        yield case(f"mode {mode}", partial(_moded, mode), COMPLETED)
    yield case("a JPEG of noise inside", lambda: _packed(7, 100, 100, b"\xff\xd8\xff" + b"\x55" * 500), CORRUPT, COMPLETED)
    yield case("a JPEG of 65,535 squared inside", lambda: _packed(7, 100, 100, _large_jpeg()), CORRUPT, COMPLETED)
    yield case("a text of four gigabytes", lambda: _changed(270, 2, 0xFFFFFFFF, 8), COMPLETED, CORRUPT)
    yield case("a kind that does not exist", lambda: _changed(270, 99, 4, 8), COMPLETED, CORRUPT)
    yield case("fractions of nothing", lambda: _changed(282, 5, 1, 0), COMPLETED, CORRUPT)
    yield case("EXIF in a circle", lambda: _changed(34_665, LONG, 1, 108), COMPLETED, CORRUPT)
    yield case("a sub-directory in a circle", lambda: _changed(330, LONG, 1, 108), COMPLETED, CORRUPT)
    for orientation in (0, 9, 65_535):
        yield case(f"orientation {orientation}", partial(_changed, 274, SHORT, 1, orientation), COMPLETED, CORRUPT)
    yield case("a profile of noise", lambda: _changed(34_675, 7, 100, 8), COMPLETED, CORRUPT)
    yield case("BigTIFF", lambda: encoded(picture(), "TIFF", big_tiff=True), COMPLETED)
    yield case("BigTIFF beyond the end", lambda: b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(100), CORRUPT)
    yield case("the other byte order by its word", lambda: b"MM\0*" + sound("tiff")[4:], CORRUPT, COMPLETED)
    yield case("a second page of 50,000 squared", _second_page_too_large, TOO_LARGE)
    yield case("a second page that is damaged", _second_page_damaged, CORRUPT)
    yield case("pages of each size and kind", _mixed, COMPLETED)
    yield case("deflate of noise", lambda: _packed(8, 100, 100, zlib.compress(bytes(10_000))[:-20] + b"noise"), COMPLETED, CORRUPT)


def _circle() -> bytes:
    size = len(_directory(_plain(), 0))
    return b"II*\0" + struct.pack("<I", 108) + b"\x80" * 100 + _directory(_plain(strip=8), 108 + size) + _directory(_plain(strip=8), 108)


def _moded(mode: str) -> bytes:
    return encoded(picture(200, 120).convert("RGB").convert(mode), "TIFF")


def _large_jpeg() -> bytes:
    content = encoded(picture(100, 100, "L"), "JPEG")
    at = content.find(b"\xff\xc0")
    return content[: at + 5] + b"\xff\xff\xff\xff" + content[at + 9 :]


def _second_page_too_large() -> bytes:
    size = len(_directory(_plain(), 0))
    return (
        b"II*\0"
        + struct.pack("<I", 108)
        + b"\x80" * 100
        + _directory(_plain(strip=8), 108 + size)
        + _directory(_plain(50_000, 50_000, strip=8), 0)
    )


def _second_page_damaged() -> bytes:
    size = len(_directory(_plain(), 0))
    return (
        b"II*\0"
        + struct.pack("<I", 108)
        + b"\x80" * 100
        + _directory(_plain(strip=8), 108 + size)
        + _directory(_plain(compression=5, strip=8), 0)
    )


def _mixed() -> bytes:
    others = [picture(mode=mode) for mode in ("1", "L", "P", "RGBA", "CMYK")] + [picture(1, 1), picture(400, 3)]
    return encoded(picture(), "TIFF", save_all=True, append_images=others)
