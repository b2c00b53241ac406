"""A TrueType font of one empty glyph, for text that can be searched and copied and is never seen. Pure.

Any character of any script stands in it: the PDF's own maps say what a code means (ToUnicode) and that every code is that glyph. Fonts
with real glyphs would be megabytes, and would lack whatever script is met next.
"""

import struct
from collections.abc import Iterable

UNITS = 1000
ASCENT = 800
DESCENT = -200
"""In thousandths of the type size: a box as high as the type size ends 0.2 of it below the baseline."""

ADVANCES = (250, 354, 500, 707, 1000, 1414, 2000)
"""How wide characters may be, in thousandths of their height: from narrow letters to wide ideographs. Text is stretched from the
nearest of these, by 19 % at most: viewers take the height of a selection from the area of a stretched letter, not from its height."""

_OWN_ADVANCE = 500

_MAGIC = 0x5F0F3CF5
_CHECKSUM = 0xB1B0AFBA
_BLOCK = 100
"""Most entries of one bfchar block (Adobe Technical Note 5014)."""


def truetype() -> bytes:
    """The font file: what a PDF needs of a CIDFontType2 font (ISO 32000-1, 9.9, table 126), two glyphs, nothing drawn."""
    tables = {
        b"glyf": struct.pack(">hhhhhH", 0, 0, 0, 0, 0, 0),
        b"head": _head(0),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x00010000, ASCENT, DESCENT, 0, _OWN_ADVANCE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", _OWN_ADVANCE, 0, _OWN_ADVANCE, 0),
        b"loca": struct.pack(">HHH", 0, 0, 6),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    whole = _assembled(tables)
    tables[b"head"] = _head((_CHECKSUM - _sum(whole)) & 0xFFFFFFFF)
    return _assembled(tables)


def to_unicode(characters: Iterable[str]) -> bytes:
    """CMap that says what codes 1, 2, 3 … mean, in the order of the characters."""
    entries = [f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for code, character in enumerate(characters, start=1)]
    blocks = [entries[start : start + _BLOCK] for start in range(0, len(entries), _BLOCK)]
    maps = "".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar\n" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{maps}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def glyph_map(codes: int) -> bytes:
    """CIDToGIDMap that gives codes 1 to `codes` the empty glyph."""
    return b"\0\0" + b"\0\1" * codes


def _head(adjustment: int) -> bytes:
    # version, revision, checkSumAdjustment, magic, flags, unitsPerEm, created, modified, bounds, style, least size, direction, short loca
    return struct.pack(
        ">IIIIHHqqhhhhHHhhh", 0x00010000, 0x00010000, adjustment, _MAGIC, 0, UNITS, 0, 0, 0, DESCENT, _OWN_ADVANCE, ASCENT, 0, 8, 2, 0, 0
    )


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    power = 1 << (len(tables).bit_length() - 1)
    header = struct.pack(">IHHHH", 0x00010000, len(tables), power * 16, power.bit_length() - 1, len(tables) * 16 - power * 16)
    offset = len(header) + 16 * len(tables)
    directory = body = b""
    for tag, content in sorted(tables.items()):
        # The head is summed as if its adjustment, which follows from the whole, were nought.
        summed = content[:8] + b"\0" * 4 + content[12:] if tag == b"head" else content
        directory += tag + struct.pack(">III", _sum(summed), offset + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    return header + directory + body


def _sum(content: bytes) -> int:
    padded = content + b"\0" * (-len(content) % 4)
    total: int = sum(struct.unpack(f">{len(padded) // 4}I", padded))
    return total & 0xFFFFFFFF
