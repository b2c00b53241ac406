"""Tells a document's media type from its first bytes, so that a file's name never counts. Standard library only."""

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
BMP = "image/bmp"
GIF = "image/gif"
HEIC = "image/heic"

HEAD_BYTES = 4096
"""How many of a file's first bytes `sniff` looks at."""

# ISO/IEC 23008-12, annex B: brands of HEVC-coded images; mif1 and msf1 are coder-independent and stand in HEIC files of phones
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# the same container with another coder, which we do not read
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00\x08\x00", TIFF),
    (b"MM\x00+\x00\x08", TIFF),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)

# sizes of the bitmap header that follows the 14-byte file header: OS/2 1 and 2, Windows 3, 4, 5 and their rarer kin
_BMP_HEADER_SIZES = frozenset({12, 16, 40, 52, 56, 64, 108, 124})


def sniff(head: bytes) -> str | None:
    """The media type of a file that begins with `head` (up to HEAD_BYTES of it), or None for what doctray does not read."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:2] == b"BM" and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return BMP
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    # readers accept leading bytes before the header (ISO 32000-1, annex H, note 13: within the first 1024)
    if b"%PDF-" in head[:1024]:
        return PDF
    return None


def _of_brands(head: bytes) -> str | None:
    size = min(int.from_bytes(head[:4], "big"), len(head), HEAD_BYTES)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS and not brands & (_HEIF_BRANDS - {b"mif1", b"msf1"}):
        return None
    return HEIC if brands & _HEIF_BRANDS else None
