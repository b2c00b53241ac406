"""PNG, JPEG, WebP, BMP, GIF and HEIC files whose headers lie, whose data are bombs, or whose parts are odd, endless or missing."""

import struct
import zlib
from functools import partial

from PIL import Image, ImageCms

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import MEGABYTE, deflate_bomb
from tests.malformed.sound import be32, encoded, gradient, heic, picture, sound

CORRUPT = "corrupt_document"
TOO_LARGE = "page_too_large"


def cases() -> Cases:
    yield from _png()
    yield from _jpeg()
    yield from _webp()
    yield from _bmp()
    yield from _gif()
    yield from _heic()


# --- PNG ---

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return be32(len(data)) + kind + data + be32(zlib.crc32(kind + data))


def _header(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


def _png_of(*chunks: bytes, end: bytes | None = None) -> bytes:
    return _PNG_MAGIC + b"".join(chunks) + (_chunk(b"IEND", b"") if end is None else end)


_DATA = _chunk(b"IDAT", zlib.compress(b"\0" * 10_000))


def _png() -> Cases:
    case = Group("png", "png")
    yield case("50,000 squared", lambda: _png_of(_header(50_000, 50_000), _DATA), TOO_LARGE)
    for width, height in ((1, 100_000_000), (100_000_000, 1)):
        yield case(f"{width} x {height}", partial(_png_of, _header(width, height), _DATA), COMPLETED, TOO_LARGE, CORRUPT)
    yield case("4294967295 squared", lambda: _png_of(_header(0xFFFFFFFF, 0xFFFFFFFF), _DATA), TOO_LARGE, CORRUPT)
    yield case("2147483648 x 1", lambda: _png_of(_header(0x80000000, 1), _DATA), TOO_LARGE, CORRUPT)
    for width, height in ((0, 0), (0, 10), (10, 0)):
        yield case(f"{width} x {height}", partial(_png_of, _header(width, height), _DATA), CORRUPT)
    yield case("a promise of 64 megapixels", lambda: _png_of(_header(8000, 8000), _DATA), CORRUPT, COMPLETED)
    for depth, colour in ((3, 2), (99, 2), (8, 1), (8, 5), (16, 3), (0, 0), (1, 2), (255, 255)):
        yield case(f"depth {depth}, colour {colour}", partial(_png_of, _header(10, 10, depth, colour), _DATA), CORRUPT)
    yield case("interlaced by its word", lambda: _png_of(_header(10, 10, interlace=1), _DATA), COMPLETED, CORRUPT)
    yield case("interlaced in a new way", lambda: _png_of(_header(10, 10, interlace=9), _DATA), COMPLETED, CORRUPT)
    yield case("a palette that is missing", lambda: _png_of(_header(10, 10, 8, 3), _DATA), COMPLETED, CORRUPT)
    yield case(
        "a palette of one for many",
        lambda: _png_of(_header(40, 10, 8, 3), _chunk(b"PLTE", b"abc"), _chunk(b"IDAT", zlib.compress(bytes(range(41)) * 10))),
        COMPLETED,
        CORRUPT,
    )
    yield case("a palette of half a colour", lambda: _png_of(_header(10, 10, 8, 3), _chunk(b"PLTE", b"ab"), _DATA), COMPLETED, CORRUPT)
    yield case("no data", lambda: _png_of(_header(10, 10)), CORRUPT)
    yield case("no IEND", lambda: _png_of(_header(10, 10), _DATA, end=b""), COMPLETED, CORRUPT)
    yield case("no IHDR", lambda: _png_of(_DATA), CORRUPT)
    yield case("IHDR twice", lambda: _png_of(_header(10, 10), _header(50_000, 50_000), _DATA), TOO_LARGE, CORRUPT, COMPLETED)
    yield case(
        "a second header behind the data", lambda: _png_of(_header(10, 10), _DATA, _header(50_000, 50_000), _DATA), COMPLETED, CORRUPT
    )
    yield case("a short IHDR", lambda: _png_of(_chunk(b"IHDR", b"\0\0\0\x0a")), CORRUPT)
    yield case("wrong check sums", lambda: sound("png")[:29] + b"\0\0\0\0" + sound("png")[33:], CORRUPT)
    yield case("noise for data", lambda: _png_of(_header(10, 10), _chunk(b"IDAT", b"noise" * 100)), CORRUPT)
    yield case("a chunk of four gigabytes", lambda: _png_of(_header(10, 10), b"\xff\xff\xff\xffIDAT" + b"x" * 1000), CORRUPT)
    bomb = _chunk(b"IDAT", deflate_bomb(bytes(MEGABYTE), 1024))
    yield case("a gigabyte for 10 x 10", lambda: _png_of(_header(10, 10), bomb), COMPLETED, CORRUPT)
    yield case(
        "a bomb of 36 megapixels",
        lambda: _png_of(_header(6000, 6000), _chunk(b"IDAT", deflate_bomb(bytes(18_001), 6000))),
        COMPLETED,
        TOO_LARGE,
    )
    yield case(
        "a bomb of 119 megapixels in 16 bits",
        lambda: _png_of(_header(10_900, 10_900, 16, 6), _chunk(b"IDAT", deflate_bomb(bytes(87_201), 10_900))),
        COMPLETED,
        TOO_LARGE,
        CORRUPT,
        "timeout",
    )
    yield case(
        "a line of 119 megapixels",
        lambda: _png_of(_header(119_000_000, 1, 8, 0), _chunk(b"IDAT", deflate_bomb(bytes(1_000_000), 120))),
        COMPLETED,
        TOO_LARGE,
        CORRUPT,
        "timeout",
    )
    for kind, head in ((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0")):
        text = _chunk(kind, head + deflate_bomb(bytes(MEGABYTE), 1024))
        yield case(f"a gigabyte of {kind.decode()}", partial(_png_of, _header(10, 10), text, _DATA), COMPLETED, CORRUPT, TOO_LARGE)
        yield case(
            f"a gigabyte of {kind.decode()} behind the data",
            partial(_png_of, _header(10, 10), _DATA, text),
            COMPLETED,
            CORRUPT,
            TOO_LARGE,
        )
    yield case("100,000 texts", lambda: _png_of(_header(10, 10), _chunk(b"tEXt", b"a\0b") * 100_000, _DATA), COMPLETED, CORRUPT)
    yield case("100,000 unknown chunks", lambda: _png_of(_header(10, 10), _chunk(b"evIl", b"") * 100_000, _DATA), COMPLETED, CORRUPT)
    yield case("a million empty data chunks", lambda: _png_of(_header(10, 10), _chunk(b"IDAT", b"") * 1_000_000, _DATA), COMPLETED, CORRUPT)
    yield case(
        "EXIF of noise",
        lambda: _png_of(_header(10, 10), _chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 5000), _DATA),
        COMPLETED,
        CORRUPT,
    )
    yield case("EXIF in a circle", lambda: _png_of(_header(10, 10), _chunk(b"eXIf", _exif_circle()), _DATA), COMPLETED, CORRUPT)
    yield case(
        "65,535 frames promised", lambda: _png_of(_header(10, 10), _chunk(b"acTL", be32(65_535) + be32(0)), _DATA), COMPLETED, CORRUPT
    )
    yield case("no frames promised", lambda: _png_of(_header(10, 10), _chunk(b"acTL", be32(0) + be32(0)), _DATA), COMPLETED, CORRUPT)
    frame = _chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 0xFFFF, 0xFFFF, 0xFFFFFF, 0, 1, 0, 9, 9))
    yield case("a frame outside", lambda: _png_of(_header(10, 10), _chunk(b"acTL", be32(2) + be32(0)), frame, _DATA), COMPLETED, CORRUPT)
    yield case(
        "300 frames",
        lambda: encoded(
            picture(20, 20), "PNG", save_all=True, append_images=[picture(20, 20, "L").convert("RGB").rotate(n) for n in range(300)]
        ),
        COMPLETED,
    )
    for kind, data in (
        (b"tRNS", b""),
        (b"tRNS", b"\0" * 999),
        (b"gAMA", b"\0\0\0\0"),
        (b"cHRM", b"\0"),
        (b"pHYs", b"\0\0"),
        (b"sRGB", b""),
        (b"cICP", b"x"),
    ):
        yield case(
            f"{kind.decode()} of {len(data)} bytes",
            partial(_png_of, _header(10, 10), _chunk(kind, data), _DATA),
            COMPLETED,
            CORRUPT,
        )
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield case(f"mode {mode.replace(';', ' ')}", partial(_moded, mode), COMPLETED)
    yield case("a megabyte behind the end", lambda: sound("png") + b"x" * MEGABYTE, COMPLETED)
    yield case("1 x 1", lambda: encoded(picture(1, 1), "PNG"), COMPLETED)
    yield case("4,000 x 1", lambda: encoded(Image.new("L", (4000, 1), 128), "PNG"), COMPLETED)
    yield case("1 x 60,000", lambda: encoded(Image.new("L", (1, 60_000), 128), "PNG"), COMPLETED, TOO_LARGE, CORRUPT)


def _moded(mode: str) -> bytes:
    if mode == "I;16":
        return encoded(Image.fromarray((gradient(200, 120) * 65535).astype("uint16")), "PNG")
    return encoded(picture(200, 120).convert(mode), "PNG")


def _exif_circle() -> bytes:
    """One directory whose EXIF, GPS and next directories are all itself, and an orientation of 99."""
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, 0xA005)) + struct.pack(">HHIHH", 0x0112, 3, 1, 99, 0)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", 4) + entries + be32(8)


# --- JPEG ---


def _segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(data) + 2) + data


def _resized(content: bytes, width: int, height: int) -> bytes:
    """The same JPEG with other sizes in its frame header."""
    at = next(content.find(bytes((0xFF, marker))) for marker in (0xC0, 0xC2) if bytes((0xFF, marker)) in content)
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


def _frame(content: bytes, old: int, new: int) -> bytes:
    return content.replace(bytes((0xFF, old)), bytes((0xFF, new)), 1)


def _with_segments(*segments: bytes) -> bytes:
    plain = sound("progressive jpeg")
    return plain[:2] + b"".join(segments) + plain[2:]


def _many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan stands there `scans` times."""
    content = encoded(Image.new("L", (width, height), 128), "JPEG", progressive=True, quality=30)
    last = content.rfind(b"\xff\xda")
    scan = content[last:-2]
    return content[:-2] + scan * scans + content[-2:]


def _jpeg() -> Cases:
    case = Group("jpeg", "jpg")
    plain = partial(encoded, picture(), "JPEG")
    yield case("65,535 squared", lambda: _resized(plain(), 65_535, 65_535), TOO_LARGE)
    yield case("65,535 x 1", lambda: _resized(plain(), 65_535, 1), COMPLETED, CORRUPT, TOO_LARGE)
    yield case("8,000 squared", lambda: _resized(plain(), 8000, 8000), COMPLETED, CORRUPT)
    yield case("8,000 squared, progressive", lambda: _resized(sound("progressive jpeg"), 8000, 8000), COMPLETED, CORRUPT, TOO_LARGE)
    for width, height in ((0, 0), (0, 100), (100, 0)):
        yield case(f"{width} x {height}", partial(_resized, plain(), width, height), CORRUPT, COMPLETED)
    yield case("no Huffman tables", lambda: plain().replace(b"\xff\xc4", b"\xff\xe4"), COMPLETED, CORRUPT)
    yield case("no quantization tables", lambda: plain().replace(b"\xff\xdb", b"\xff\xe4"), CORRUPT, COMPLETED)
    for marker, what in (
        (0xC1, "extended"),
        (0xC3, "lossless"),
        (0xC5, "hierarchical"),
        (0xC9, "arithmetic"),
        (0xCB, "lossless arithmetic"),
    ):
        yield case(f"{what} by its word", partial(_frame, plain(), 0xC0, marker), COMPLETED, CORRUPT)
    yield case("nothing but its beginning", lambda: b"\xff\xd8\xff", CORRUPT)
    yield case("nothing but beginning and end", lambda: b"\xff\xd8\xff\xd9", CORRUPT)
    yield case("no end", lambda: plain()[:-2], COMPLETED, CORRUPT)
    yield case("a million ends", lambda: plain() + b"\xff\xd9" * 1_000_000, COMPLETED)
    yield case("a million beginnings", lambda: b"\xff\xd8" * 1_000_000 + plain(), COMPLETED, CORRUPT)
    yield case("a megabyte of fill", lambda: plain()[:2] + b"\xff" * MEGABYTE + plain()[2:], COMPLETED, CORRUPT)
    yield case("12 bits", lambda: plain().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"), CORRUPT, COMPLETED)
    yield case("255 components", lambda: plain().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\xff\x08"), CORRUPT, COMPLETED)
    yield case(
        "two scans of one component missing",
        lambda: plain().replace(b"\x03\x01\x22\x00\x02\x11", b"\x03\x01\xff\x00\x02\xff"),
        CORRUPT,
        COMPLETED,
    )
    yield case("60,000 scans of 8 x 8", lambda: _many_scans(8, 8, 60_000), CORRUPT)
    yield case("60,000 scans of 64 x 64", lambda: _many_scans(64, 64, 60_000), CORRUPT)
    yield case("20,000 scans of 4,000 x 4,000", lambda: _many_scans(4000, 4000, 20_000), CORRUPT)
    yield case("a bomb of 64 megapixels", lambda: encoded(Image.new("L", (8000, 8000), 200), "JPEG", quality=10), COMPLETED)
    yield case(
        "a progressive bomb of 64 megapixels",
        lambda: encoded(Image.new("RGB", (8000, 8000), "gray"), "JPEG", progressive=True, quality=10),
        COMPLETED,
        TOO_LARGE,
    )
    yield case("CMYK", lambda: encoded(picture(mode="CMYK"), "JPEG"), COMPLETED)
    yield case("CMYK with an Adobe mark of noise", lambda: _adobe(encoded(picture(mode="CMYK"), "JPEG"), 99), COMPLETED, CORRUPT)
    yield case("gray with an Adobe mark", lambda: _adobe(encoded(picture(mode="L"), "JPEG"), 2), COMPLETED, CORRUPT)
    yield case("EXIF in a circle", lambda: _with_segments(_segment(0xE1, b"Exif\0\0" + _exif_circle())), COMPLETED)
    yield case(
        "EXIF of 65,535 entries",
        lambda: _with_segments(_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03\0\0\0\x01" * 5000)),
        COMPLETED,
    )
    yield case("EXIF that points beyond", lambda: _with_segments(_segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xf0")), COMPLETED)
    counted = struct.pack(">HHII", 0x010E, 2, 0xFFFFFFFF, 8) * 100
    yield case(
        "EXIF of texts of four gigabytes", lambda: _with_segments(_segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x64" + counted)), COMPLETED
    )
    for orientation in (0, 9, 65_535):
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + be32(0)
        yield case(f"orientation {orientation}", partial(_with_segments, _segment(0xE1, exif)), COMPLETED)
    worded = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHI", 0x0112, 2, 4) + b"up!\0" + be32(0)
    yield case("orientation up", lambda: _with_segments(_segment(0xE1, worded)), COMPLETED)
    yield case("10,000 EXIF segments", lambda: _with_segments(_segment(0xE1, b"Exif\0\0" + _exif_circle()) * 10_000), COMPLETED)
    yield case(
        "255 pieces of an ICC profile",
        lambda: _with_segments(*(_segment(0xE2, b"ICC_PROFILE\0" + bytes((n, 255)) + b"x" * 60_000) for n in range(1, 256))),
        COMPLETED,
    )
    yield case(
        "pieces of an ICC profile that do not fit",
        lambda: _with_segments(*(_segment(0xE2, b"ICC_PROFILE\0" + bytes((9, n)) + b"x") for n in range(9))),
        COMPLETED,
    )
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield case("an ICC profile that lies", lambda: encoded(picture(), "JPEG", icc_profile=b"\x7f\xff\xff\xff" + profile[4:100]), COMPLETED)
    yield case("40 megabytes of comments", lambda: _with_segments(_segment(0xFE, b"c" * 65_000) * 640), COMPLETED)
    yield case("a segment of no length", lambda: _with_segments(b"\xff\xe1\0\0"), CORRUPT, COMPLETED)
    yield case("a restart after every block", lambda: _with_segments(_segment(0xDD, b"\0\x01")), COMPLETED, CORRUPT)
    yield case(
        "65,535 pictures in one",
        lambda: _with_segments(_segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHII", 0xB001, 4, 1, 65_535) + be32(0))),
        COMPLETED,
        CORRUPT,
    )


def _adobe(content: bytes, transform: int) -> bytes:
    return content[:2] + _segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes((transform,))) + content[2:]


# --- WebP ---


def _riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def _riff_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _canvas(width: int, height: int, flags: int = 0) -> bytes:
    return _riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def _lossless_header(width: int, height: int) -> bytes:
    return _riff_chunk(b"VP8L", b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\x88" * 400)


def _animated(frames: int) -> bytes:
    return encoded(
        picture(24, 24), "WEBP", save_all=True, append_images=[picture(24, 24).rotate(n % 360) for n in range(frames)], duration=1
    )


def _webp() -> Cases:
    case = Group("webp", "webp")
    lossy = sound("webp")[12:]
    yield case("16,384 squared, lossless", lambda: _riff(_lossless_header(16_384, 16_384)), TOO_LARGE, CORRUPT)
    yield case("5,000 squared, lossless", lambda: _riff(_lossless_header(5000, 5000)), CORRUPT, COMPLETED)
    yield case("a canvas of 16,777,216 squared", lambda: _riff(_canvas(1 << 24, 1 << 24), lossy), CORRUPT, TOO_LARGE)
    yield case("a canvas larger than its picture", lambda: _riff(_canvas(9000, 9000), lossy), CORRUPT, COMPLETED)
    yield case("a canvas without a picture", lambda: _riff(_canvas(100, 100)), CORRUPT)
    yield case("a RIFF of four gigabytes", lambda: _riff(lossy, size=0xFFFFFFFF), COMPLETED, CORRUPT)
    yield case("a RIFF of nothing", lambda: _riff(lossy, size=0), CORRUPT)
    yield case("nothing but the header", lambda: _riff(), CORRUPT)
    yield case("a chunk of four gigabytes", lambda: _riff(b"VP8 \xff\xff\xff\xff" + lossy[8:]), CORRUPT, COMPLETED)
    yield case("noise as VP8", lambda: _riff(_riff_chunk(b"VP8 ", b"\x55" * 2000)), CORRUPT)
    yield case("noise as VP8L", lambda: _riff(_riff_chunk(b"VP8L", b"\x2f" + b"\x55" * 2000)), CORRUPT, TOO_LARGE)
    yield case("1,500 frames", lambda: _animated(1500), COMPLETED)
    yield case(
        "a frame outside its canvas",
        lambda: _riff(_canvas(10, 10, 2), _riff_chunk(b"ANIM", b"\0" * 6), _riff_chunk(b"ANMF", b"\xff" * 16 + lossy)),
        CORRUPT,
    )
    yield case(
        "100,000 empty frames",
        lambda: _riff(_canvas(10, 10, 2), _riff_chunk(b"ANIM", b"\0" * 6), _riff_chunk(b"ANMF", b"\0" * 16) * 100_000),
        CORRUPT,
    )
    yield case(
        "a profile of 20 megabytes",
        lambda: _riff(_canvas(240, 160, 32), _riff_chunk(b"ICCP", b"x" * (20 * MEGABYTE)), lossy),
        COMPLETED,
        CORRUPT,
    )
    yield case("EXIF in a circle", lambda: _riff(_canvas(240, 160, 8), lossy, _riff_chunk(b"EXIF", _exif_circle())), COMPLETED, CORRUPT)
    yield case("100,000 unknown chunks", lambda: _riff(_canvas(240, 160), _riff_chunk(b"evil", b"xx") * 100_000, lossy), COMPLETED, CORRUPT)
    yield case("the same picture 1,000 times", lambda: _riff(_canvas(240, 160), lossy * 1000), COMPLETED, CORRUPT)
    yield case(
        "transparency of noise", lambda: _riff(_canvas(240, 160, 16), _riff_chunk(b"ALPH", b"\x55" * 500), lossy), COMPLETED, CORRUPT
    )
    yield case(
        "a bomb of 25 megapixels",
        lambda: encoded(Image.new("RGB", (5000, 5000), "gray"), "WEBP", lossless=True, method=0),
        COMPLETED,
        TOO_LARGE,
    )


# --- BMP ---


def _bitmap(
    width: int, height: int, bits: int = 24, compression: int = 0, *, data: bytes = b"\x80" * 4000, colours: int = 0, offset: int = 54
) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, colours & 0xFFFFFFFF, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, offset) + info + data


def _headed(size: int) -> bytes:
    """A sound BMP whose second header says that it is of this size."""
    return sound("bmp")[:14] + struct.pack("<I", size) + sound("bmp")[18:]


def _bmp() -> Cases:
    case = Group("bmp", "bmp")
    for width, height in ((50_000, 50_000), (2_147_483_647, 2_147_483_647), (100_000_000, 2)):
        yield case(f"{width} x {height}", partial(_bitmap, width, height), TOO_LARGE, CORRUPT)
    for width, height in ((0, 0), (0, 10), (-10, 10), (-10, -10), (-2_147_483_648, -2_147_483_648)):
        yield case(f"{width} x {height}", partial(_bitmap, width, height), CORRUPT, COMPLETED, TOO_LARGE)
    yield case("top down", lambda: _bitmap(10, -10), COMPLETED)
    yield case("a promise of 64 megapixels", lambda: _bitmap(8000, 8000), CORRUPT, COMPLETED)
    for bits in (0, 2, 3, 16, 32, 48, 64, 65_535):
        yield case(f"{bits} bits", partial(_bitmap, 10, 10, bits), COMPLETED, CORRUPT)
    for compression in (1, 2, 3, 4, 5, 6, 11, 0x7FFFFFFF):
        yield case(f"compression {compression}", partial(_bitmap, 10, 10, 8, compression, colours=256), COMPLETED, CORRUPT)
    yield case(
        "runs for 100 megapixels",
        lambda: _bitmap(10_000, 10_000, 8, 1, data=bytes(1024) + b"\xff\x01" * 400_000 + b"\0\x01", colours=256, offset=1078),
        COMPLETED,
        CORRUPT,
        "timeout",
    )
    yield case(
        "runs that leap",
        lambda: _bitmap(9_000, 9_000, 8, 1, data=bytes(1024) + b"\0\x02\xff\xff" * 100_000, colours=256, offset=1078),
        COMPLETED,
        CORRUPT,
        "timeout",
    )
    yield case(
        "runs that do not end",
        lambda: _bitmap(100, 100, 8, 1, data=bytes(1024) + b"\0\0" * 100_000, colours=256, offset=1078),
        COMPLETED,
        CORRUPT,
    )
    yield case("a palette of four thousand million", lambda: _bitmap(10, 10, 8, colours=-1), CORRUPT, COMPLETED)
    yield case("pixels beyond the end", lambda: _bitmap(10, 10, offset=0x7FFFFFFF), CORRUPT)
    yield case("pixels in the header", lambda: _bitmap(10, 10, offset=0), COMPLETED, CORRUPT)
    yield case("bit fields of nothing", lambda: _bitmap(10, 10, 32, 3, data=bytes(4000)), COMPLETED, CORRUPT)
    for size in (12, 64, 108, 124):
        yield case(
            f"a header of {size}",
            partial(_headed, size),
            COMPLETED,
            CORRUPT,
            TOO_LARGE,
        )
    yield case("a header of 99", partial(_headed, 99), "unsupported_media_type")
    yield case("nothing but its name", lambda: b"BM", "unsupported_media_type")
    yield case("one bit", lambda: encoded(picture(mode="1"), "BMP"), COMPLETED)


# --- GIF ---


def _gif_of(width: int, height: int, *blocks: bytes, table: bool = True, end: bytes = b";") -> bytes:
    flags = 0x80 if table else 0
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, flags, 0, 0) + (b"\0\0\0\xff\xff\xff" if table else b"") + b"".join(blocks) + end
    )


def _gif_frame(
    width: int = 1, height: int = 1, left: int = 0, top: int = 0, *, code: int = 2, data: bytes = b"\x02\x4c\x01\0", flags: int = 0
) -> bytes:
    return b"," + struct.pack("<HHHHBB", left, top, width, height, flags, code) + data


def _gif() -> Cases:
    case = Group("gif", "gif")
    yield case("65,535 squared", lambda: _gif_of(65_535, 65_535, _gif_frame()), TOO_LARGE)
    yield case("65,535 squared in its frame", lambda: _gif_of(1, 1, _gif_frame(65_535, 65_535)), TOO_LARGE)
    yield case("8,000 squared, empty", lambda: _gif_of(8000, 8000, _gif_frame()), COMPLETED, TOO_LARGE, CORRUPT)
    yield case("0 x 0", lambda: _gif_of(0, 0, _gif_frame()), COMPLETED, CORRUPT)
    yield case("0 x 0 in its frame", lambda: _gif_of(1, 1, _gif_frame(0, 0)), COMPLETED, CORRUPT)
    yield case("65,000 frames", lambda: _gif_of(1, 1, _gif_frame() * 65_000), COMPLETED)
    yield case("65,000 frames of 1,000 x 1,000", lambda: _gif_of(1000, 1000, _gif_frame(1000, 1000) * 65_000), COMPLETED, CORRUPT)
    yield case("no frame", lambda: _gif_of(10, 10), CORRUPT)
    yield case("nothing but the header", lambda: b"GIF89a", CORRUPT)
    yield case("no end", lambda: _gif_of(1, 1, _gif_frame(), end=b""), COMPLETED, CORRUPT)
    yield case("no colours", lambda: _gif_of(1, 1, _gif_frame(), table=False), COMPLETED, CORRUPT)
    for code in (0, 1, 12, 13, 255):
        yield case(f"codes of {code} bits", partial(_gif_of, 10, 10, _gif_frame(10, 10, code=code)), COMPLETED, CORRUPT)
    yield case("data that end early", lambda: _gif_of(1000, 1000, _gif_frame(1000, 1000)), COMPLETED, CORRUPT)
    yield case(
        "data that do not end",
        lambda: _gif_of(10, 10, _gif_frame(10, 10, data=b"\xff" + b"\x55" * 255), end=b"\xff" * 200_000),
        COMPLETED,
        CORRUPT,
    )
    yield case("data of empty blocks", lambda: _gif_of(10, 10, _gif_frame(10, 10, data=b"\0" * 100_000)), COMPLETED, CORRUPT)
    yield case("a bomb of 64 megapixels", lambda: encoded(Image.new("L", (8000, 8000), 200), "GIF"), COMPLETED, TOO_LARGE)
    yield case("a frame outside", lambda: _gif_of(10, 10, _gif_frame(10, 10, 60_000, 60_000)), COMPLETED, CORRUPT, TOO_LARGE)
    yield case(
        "interlaced noise",
        lambda: _gif_of(100, 100, _gif_frame(100, 100, flags=0x40, data=b"\x0a" + b"\x99" * 10 + b"\0")),
        COMPLETED,
        CORRUPT,
    )
    yield case(
        "20 megabytes of comment", lambda: _gif_of(1, 1, b"!\xfe" + (b"\xff" + b"c" * 255) * 80_000 + b"\0", _gif_frame()), COMPLETED
    )
    yield case("100,000 extensions", lambda: _gif_of(1, 1, b"!\xf9\x04\xff\xff\xff\xff\0" * 100_000, _gif_frame()), COMPLETED, CORRUPT)
    yield case("unknown blocks", lambda: _gif_of(1, 1, b"?" * 100_000, _gif_frame()), COMPLETED, CORRUPT)
    yield case(
        "an extension that does not end", lambda: _gif_of(1, 1, b"!\xff\x0bNETSCAPE2.0" + b"\x03\x01\0\0" * 50_000), COMPLETED, CORRUPT
    )


# --- HEIC ---


def _box(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    return be32(len(data) + 8 if size is None else size) + kind + data


def _patched(kind: bytes, at: int, new: bytes) -> bytes:
    """The sound HEIC with bytes put behind the first box name."""
    content = bytearray(sound("heic"))
    start = content.find(kind) + 4 + at
    content[start : start + len(new)] = new
    return bytes(content)


_FTYP = _box(b"ftyp", b"heic\0\0\0\0mif1heic")


def _heic() -> Cases:
    case = Group("heic", "heic")
    for width, height in ((50_000, 50_000), (1, 100_000_000), (0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (0, 10)):
        size = be32(width) + be32(height)
        yield case(f"{width} x {height}", partial(_patched, b"ispe", 4, size), CORRUPT, TOO_LARGE)
    yield case("10,000 squared", lambda: _patched(b"ispe", 4, be32(10_000) * 2), CORRUPT, TOO_LARGE, COMPLETED)
    yield case("nothing but its kind", lambda: _FTYP, CORRUPT)
    yield case("no meta box", lambda: sound("heic").replace(b"meta", b"junk", 1), CORRUPT)
    for kind in (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp", b"ipco", b"ipma", b"hvcC", b"ispe"):
        yield case(f"no {kind.decode()}", partial(sound("heic").replace, kind, b"junk", 1), CORRUPT, COMPLETED)
    yield case("data beyond the end", lambda: _patched(b"iloc", 10, b"\xff" * 10), CORRUPT, COMPLETED)
    yield case("65,535 items", lambda: _patched(b"iinf", 4, b"\xff\xff"), CORRUPT, COMPLETED)
    yield case("another first item", lambda: _patched(b"pitm", 4, b"\xff\xff"), CORRUPT)
    yield case("boxes 10,000 deep", lambda: _FTYP + _nested_boxes(10_000), CORRUPT)
    yield case("a box of size 0", lambda: _FTYP + _box(b"meta", b"\0" * 100, 0), CORRUPT)
    yield case("a box of size 1", lambda: _FTYP + _box(b"meta", b"\xff" * 100, 1), CORRUPT)
    yield case("a box of size 7", lambda: _FTYP + _box(b"meta", b"\0" * 100, 7), CORRUPT)
    yield case("a box of four gigabytes", lambda: _FTYP + _box(b"meta", b"\0" * 100, 0xFFFFFFFF), CORRUPT)
    yield case("200,000 empty boxes", lambda: _FTYP + _box(b"free", b"") * 200_000, CORRUPT)
    yield case("1,000 brands", lambda: _box(b"ftyp", b"heic\0\0\0\0" + b"abcd" * 1000 + b"mif1"), CORRUPT)
    yield case("the brand of AVIF", lambda: sound("heic").replace(b"heic", b"avif").replace(b"mif1", b"avif"), "unsupported_media_type")
    yield case("a video", lambda: _box(b"ftyp", b"isom\0\0\0\0isommp42") + _box(b"moov", b"\0" * 100), "unsupported_media_type")
    yield case("a coder of noise", lambda: _patched(b"hvcC", 0, b"\xff" * 60), CORRUPT, COMPLETED)
    yield case("a picture of noise", lambda: _noisy_picture(), CORRUPT, COMPLETED)
    yield case("16 megapixels of nothing", lambda: heic(Image.new("RGB", (4000, 4000), "white")), COMPLETED)
    yield case("a megabyte behind the end", lambda: sound("heic") + bytes(MEGABYTE), COMPLETED, CORRUPT)


def _nested_boxes(depth: int) -> bytes:
    size = 8 * depth
    return b"".join(be32(size - 8 * level) + b"meta" for level in range(depth))


def _noisy_picture() -> bytes:
    content = sound("heic")
    start = content.find(b"mdat") + 12
    return content[:start] + bytes((n * 31) & 255 for n in range(len(content) - start))
