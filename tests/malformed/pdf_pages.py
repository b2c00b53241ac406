"""PDF pages whose boxes, content, filters, pictures, fonts or patterns are wrong, endless or bombs."""

import zlib
from functools import partial

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import LETTER, MEGABYTE, SMALL, TEXT, deflate_bomb, one_page, streamed

CORRUPT = "corrupt_document"
TOO_LARGE = "page_too_large"


def cases() -> Cases:
    yield from _boxes()
    yield from _filters()
    yield from _contents()
    yield from _pictures()
    yield from _fonts()


def _boxes() -> Cases:
    case = Group("pdf boxes", "pdf")
    for box in (b"[0 0 0 0]", b"[0 0 nan nan]", b"[nan nan nan nan]", b"[0 0 612]", b"[]", b"(612x792)", b"null", b"612", b"[/A /B /C /D]"):
        yield case(f"media box {box.decode()}", partial(one_page, media_box=box), COMPLETED, CORRUPT)
    for box in (b"[200 120 0 0]", b"[-100 -60 100 60]", b"[0 0 inf inf]", b"[0 0 -200 -120]", b"[0 0 1e3 1e3]", b"[0 0 0.0001 0.0001]"):
        yield case(f"media box {box.decode()}", partial(one_page, media_box=box), COMPLETED, CORRUPT)
    yield case("media box of 200 inches", lambda: one_page(media_box=b"[0 0 14400 14400]"), COMPLETED)
    yield case("media box of 14 miles", lambda: one_page(media_box=b"[0 0 64000000 64000000]"), COMPLETED, TOO_LARGE, CORRUPT)
    yield case(
        "media box of 3.4e38", lambda: one_page(media_box=b"[0 0 %s %s]" % ((b"34" + b"0" * 37,) * 2)), COMPLETED, TOO_LARGE, CORRUPT
    )
    yield case("media box of 1e400", lambda: one_page(media_box=b"[0 0 %s %s]" % ((b"1" + b"0" * 400,) * 2)), COMPLETED, TOO_LARGE, CORRUPT)
    yield case("media box 1 x 100,000,000", lambda: one_page(media_box=b"[0 0 1 100000000]"), TOO_LARGE)
    yield case("media box 100,000,000 x 1", lambda: one_page(media_box=b"[0 0 100000000 1]"), TOO_LARGE)
    yield case(
        "media box far from the origin", lambda: one_page(media_box=b"[1000000000 1000000000 1000000200 1000000120]"), COMPLETED, CORRUPT
    )
    for box in (b"[900 900 1000 1000]", b"[0 0 0 0]", b"[0 0 nan 1]", b"[-9e9 -9e9 9e9 9e9]"):
        yield case(f"crop box {box.decode()}", partial(one_page, page=b"/CropBox " + box), COMPLETED, CORRUPT)
    for unit in (b"1000000000", b"0", b"-1", b"nan", b"0.0000001", b"75000"):
        yield case(f"user unit {unit.decode()}", partial(one_page, page=b"/UserUnit " + unit), COMPLETED, CORRUPT, TOO_LARGE)
    for turn in (b"45", b"-90", b"450", b"90000000000000", b"37.5", b"(90)", b"null", b"2147483647", b"-2147483648", b"[90]"):
        yield case(f"rotated by {turn.decode()}", partial(one_page, page=b"/Rotate " + turn), COMPLETED)


def _bomb(filters: bytes, data: bytes, parameters: bytes = b"") -> bytes:
    return one_page(data, content_entries=b"/Filter %s %s" % (filters, parameters))


def _filters() -> Cases:
    case = Group("pdf filters", "pdf")
    gigabyte = deflate_bomb(b" " * MEGABYTE, 1024)
    yield case("flate of a gigabyte of spaces", lambda: _bomb(b"/FlateDecode", gigabyte), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    yield case(
        "flate of a gigabyte of NUL",
        lambda: _bomb(b"/FlateDecode", deflate_bomb(bytes(MEGABYTE), 1024)),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    twice = b"[/FlateDecode /FlateDecode]"
    yield case("flate of flate of a gigabyte", lambda: _bomb(twice, zlib.compress(gigabyte, 9)), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    thrice = b"[/FlateDecode /FlateDecode /FlateDecode]"
    yield case(
        "flate of flate of flate",
        lambda: _bomb(thrice, zlib.compress(zlib.compress(gigabyte, 9), 9)),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    operators = deflate_bomb(b"q 1 0 0 1 0 0 cm Q\n" * 1000, 5000)
    yield case("flate of 5 million operators", lambda: _bomb(b"/FlateDecode", operators), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    yield case(
        "flate of 100 million operators",
        lambda: _bomb(b"/FlateDecode", deflate_bomb(b"0 0 m\n" * 10_000, 10_000)),
        COMPLETED,
        TOO_LARGE,
        "timeout",
    )
    yield case("run lengths of 8 megabytes", lambda: _bomb(b"/RunLengthDecode", b"\x81 " * 65_536 + b"\x80"), COMPLETED)
    yield case("LZW of one code for ever", lambda: _bomb(b"/LZWDecode", b"\x80\x0b\x60\x50" + b"\xff" * 500_000), COMPLETED, CORRUPT)
    yield case("100 hex filters", lambda: _bomb(b"[" + b"/ASCIIHexDecode " * 100 + b"]", b"20" * 1000 + b">"), COMPLETED, CORRUPT)
    yield case(
        "10,000 flate filters", lambda: _bomb(b"[" + b"/FlateDecode " * 10_000 + b"]", zlib.compress(TEXT)), COMPLETED, CORRUPT, TOO_LARGE
    )
    yield case("an unknown filter", lambda: _bomb(b"/EvilDecode", TEXT), COMPLETED, CORRUPT)
    yield case("the filter Crypt", lambda: _bomb(b"/Crypt", TEXT, b"/DecodeParms << /Name /Evil >>"), COMPLETED, CORRUPT)
    yield case(
        "a filter that is a loop", lambda: one_page(TEXT, content_entries=b"/Filter 6 0 R", objects=(b"[6 0 R]",)), COMPLETED, CORRUPT
    )
    for name in (b"JBIG2Decode", b"JPXDecode", b"DCTDecode", b"CCITTFaxDecode", b"ASCII85Decode", b"LZWDecode", b"FlateDecode"):
        yield case(f"noise through {name.decode()}", partial(_bomb, b"/" + name, _noise(4000)), COMPLETED, CORRUPT)
    for parameters in (
        b"/Predictor 15 /Columns 2147483647",
        b"/Predictor 15 /Columns -1",
        b"/Predictor 2 /Colors 1000000 /BitsPerComponent 32 /Columns 1000000",
        b"/Predictor 12 /Colors 0 /Columns 0",
        b"/Predictor 99",
    ):
        packed = zlib.compress(TEXT)
        said = b"/DecodeParms << %s >>" % parameters
        yield case(parameters.decode()[1:], partial(_bomb, b"/FlateDecode", packed, said), COMPLETED, CORRUPT, TOO_LARGE)


def _noise(size: int) -> bytes:
    state = 20261122
    out = bytearray()
    while len(out) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out += state.to_bytes(8, "big")
    return bytes(out[:size])


def _contents() -> Cases:
    case = Group("pdf contents", "pdf")
    yield case("missing", lambda: one_page(page=b"/Contents 99 0 R"), COMPLETED, CORRUPT)
    yield case("the page itself", lambda: one_page(page=b"/Contents 3 0 R"), COMPLETED, CORRUPT)
    yield case("a number", lambda: one_page(page=b"/Contents 42"), COMPLETED, CORRUPT)
    yield case(
        "the same stream 100,000 times", lambda: one_page(page=b"/Contents [%s]" % (b"4 0 R " * 100_000)), COMPLETED, TOO_LARGE, "timeout"
    )
    yield case("noise", lambda: one_page(_noise(50_000)), COMPLETED, CORRUPT)
    yield case("q a million times", lambda: one_page(b"q " * 1_000_000 + TEXT), COMPLETED, CORRUPT, TOO_LARGE)
    yield case("Q a million times", lambda: one_page(b"Q " * 1_000_000 + TEXT), COMPLETED)
    yield case("BT in BT", lambda: one_page(b"BT " * 10_000 + TEXT), COMPLETED, CORRUPT)
    yield case("brackets 200,000 deep", lambda: one_page(b"[" * 200_000 + TEXT), COMPLETED, CORRUPT)
    yield case("a dictionary that does not end", lambda: one_page(b"/Tag << /A << " * 5000 + b" BDC"), COMPLETED, CORRUPT)
    yield case("a string that does not end", lambda: one_page(TEXT + b" BT /F1 9 Tf (" + b"x" * 500_000), COMPLETED, CORRUPT)
    yield case("numbers that are none", lambda: one_page(b"nan inf 1e400 --5 1.2.3 0x10 +-7 . - cm " + TEXT), COMPLETED, CORRUPT)
    yield case("a matrix of 1e38", lambda: one_page(b"%s 0 0 %s 0 0 cm " % ((b"1" + b"0" * 38,) * 2) + TEXT), COMPLETED, CORRUPT)
    yield case("a matrix of zeros", lambda: one_page(b"0 0 0 0 0 0 cm " + TEXT), COMPLETED)
    yield case(
        "200,000 strokes",
        lambda: one_page(b"".join(b"%d 0 m %d 120 l S\n" % (n % 200, n % 190) for n in range(200_000))),
        COMPLETED,
        "timeout",
    )
    yield case(
        "200,000 boxes", lambda: one_page(b"".join(b"%d %d 9 9 re S\n" % (n % 190, n % 110) for n in range(200_000))), COMPLETED, "timeout"
    )
    yield case(
        "one path of a million curves",
        lambda: one_page(b"0 0 m " + b"1 9 200 90 5 60 c " * 1_000_000 + b"S"),
        COMPLETED,
        TOO_LARGE,
        CORRUPT,
        "timeout",
    )
    yield case("dashes of 0.000001", lambda: one_page(b"[0.000001] 0 d 0 60 m 200 60 l S " + TEXT), COMPLETED, "timeout")
    yield case("dashes of nothing", lambda: one_page(b"[0 0] 0 d 0 60 m 200 60 l S " + TEXT), COMPLETED)
    yield case("dashes below nothing", lambda: one_page(b"[-1 -2] -9 d 0 60 m 200 60 l S " + TEXT), COMPLETED, CORRUPT)
    yield case("a line as wide as the world", lambda: one_page(b"%s w 0 60 m 200 60 l S " % (b"9" * 30) + TEXT), COMPLETED)
    yield case("a miter limit of nothing", lambda: one_page(b"0 M -5 J 99 j 0 60 m 200 60 l 0 60 l S " + TEXT), COMPLETED)
    yield case("a form that draws itself", lambda: _drawing(b"/X0 Do", (b"/XObject << /X0 6 0 R >>",)), COMPLETED, CORRUPT)
    yield case(
        "two forms that draw each other",
        lambda: _drawing(b"/X0 Do", (b"/XObject << /X0 7 0 R >>", b"/XObject << /X0 6 0 R >>")),
        COMPLETED,
        CORRUPT,
    )
    yield case("forms ten to the ninth", lambda: _billion_laughs(9), COMPLETED, CORRUPT, "timeout")
    yield case("forms ten to the fourth", lambda: _billion_laughs(4), COMPLETED, "timeout")
    yield case("forms 5,000 deep", lambda: _form_chain(5000), COMPLETED, CORRUPT, TOO_LARGE)
    yield case(
        "transparency 500 deep",
        lambda: _form_chain(500, b"/Group << /S /Transparency /I true >>"),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    yield case(
        "transparency 500 deep on a large page",
        lambda: _form_chain(500, b"/Group << /S /Transparency >>", box=LETTER),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    yield case("a soft mask of itself", _masked_by_itself, COMPLETED, CORRUPT)
    yield case(
        "a tiling pattern of itself",
        lambda: _pattern(b"/XStep 9 /YStep 9", b"/Pattern cs /P0 scn 0 0 9 9 re f"),
        COMPLETED,
        CORRUPT,
        "timeout",
    )
    yield case(
        "a tiling pattern of tiny steps",
        lambda: _pattern(b"/XStep 0.001 /YStep 0.001", b"0 0 9 9 re f"),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    yield case("a tiling pattern of no steps", lambda: _pattern(b"/XStep 0 /YStep 0", b"0 0 9 9 re f"), COMPLETED, CORRUPT)
    yield case("a tiling pattern of endless steps", lambda: _pattern(b"/XStep nan /YStep 1e39", b"0 0 9 9 re f"), COMPLETED, CORRUPT)
    for kind in range(8):
        yield case(f"noise as shading {kind}", partial(_shading, kind), COMPLETED, CORRUPT, TOO_LARGE)
    yield case("a function that stitches itself", _stitched, COMPLETED, CORRUPT)
    yield case("a calculator function 50,000 deep", lambda: _calculator(b"{" * 50_000 + b"}" * 50_000), COMPLETED, CORRUPT)
    yield case("a calculator function that copies", lambda: _calculator(b"{ " + b"dup 99 copy " * 5000 + b"}"), COMPLETED, CORRUPT)
    yield case("a sampled function of 2 ** 40 samples", lambda: _sampled(b"/Size [65536 65536 256]"), COMPLETED, CORRUPT, TOO_LARGE)
    yield case(
        "an inline picture that does not end",
        lambda: one_page(TEXT + b" BI /W 10 /H 10 /BPC 8 /CS /G ID " + b"\x80" * 50_000),
        COMPLETED,
        CORRUPT,
    )
    yield case(
        "an inline picture of 100,000 squared",
        lambda: one_page(TEXT + b" BI /W 100000 /H 100000 /BPC 8 /CS /RGB ID \x80 EI"),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
    )
    yield case(
        "10,000 marks of content that do not end",
        lambda: one_page(b"/Span << /ActualText (hidden) >> BDC " * 10_000 + TEXT),
        COMPLETED,
        CORRUPT,
    )


def _form(content: bytes, resources: bytes = b"", entries: bytes = b"", box: bytes = SMALL) -> bytes:
    return streamed(
        content, b"/Type /XObject /Subtype /Form /BBox %s /Resources << /Font << /F1 5 0 R >> %s >> %s" % (box, resources, entries)
    )


def _drawing(content: bytes, resources: tuple[bytes, ...]) -> bytes:
    return one_page(TEXT + b" /X0 Do", resources=b"/XObject << /X0 6 0 R >>", objects=[_form(content, one) for one in resources])


def _billion_laughs(levels: int) -> bytes:
    forms = [_form(b"/X0 Do " * 10, b"/XObject << /X0 %d 0 R >>" % (number + 7)) for number in range(levels)]
    return one_page(TEXT + b" /X0 Do", resources=b"/XObject << /X0 6 0 R >>", objects=[*forms, _form(b"0 0 5 5 re f")])


def _form_chain(levels: int, entries: bytes = b"", box: bytes = SMALL) -> bytes:
    forms = [_form(b"0.5 g 1 1 9 9 re f /X0 Do", b"/XObject << /X0 %d 0 R >>" % (number + 7), entries, box) for number in range(levels)]
    return one_page(TEXT + b" /X0 Do", resources=b"/XObject << /X0 6 0 R >>", objects=[*forms, _form(TEXT)], media_box=box)


def _masked_by_itself() -> bytes:
    state = b"<< /Type /ExtGState /SMask << /S /Luminosity /G 7 0 R >> >>"
    form = _form(b"/G0 gs 0 0 50 50 re f", b"/ExtGState << /G0 6 0 R >>", b"/Group << /S /Transparency >>")
    return one_page(b"/G0 gs " + TEXT, resources=b"/ExtGState << /G0 6 0 R >>", objects=(state, form))


def _pattern(steps: bytes, content: bytes) -> bytes:
    pattern = streamed(
        content,
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] %s /Resources << /Pattern << /P0 6 0 R >> >>" % steps,
    )
    return one_page(TEXT + b" /Pattern cs /P0 scn 0 0 200 120 re f", resources=b"/Pattern << /P0 6 0 R >>", objects=(pattern,))


def _shading(kind: int) -> bytes:
    entries = b"/ShadingType %d /ColorSpace /DeviceRGB /BitsPerCoordinate 32 /BitsPerComponent 16 /BitsPerFlag 8" % kind
    entries += b" /Decode [-1e9 1e9 -1e9 1e9 0 1 0 1 0 1] /VerticesPerRow 3 /Coords [0 0 1e9 1e9 0 -1] /Domain [0 0] /Function 6 0 R"
    return one_page(TEXT + b" /S0 sh", resources=b"/Shading << /S0 6 0 R >>", objects=(streamed(_noise(30_000), entries),))


def _stitched() -> bytes:
    function = b"<< /FunctionType 3 /Domain [0 1] /Functions [6 0 R 6 0 R] /Bounds [0.5] /Encode [0 1 0 1] >>"
    return _with_function(function)


def _calculator(program: bytes) -> bytes:
    return _with_function(streamed(program, b"/FunctionType 4 /Domain [0 1] /Range [0 1 0 1 0 1]"))


def _sampled(entries: bytes) -> bytes:
    return _with_function(
        streamed(_noise(1000), b"/FunctionType 0 /Domain [0 1 0 1 0 1] /Range [0 1 0 1 0 1] /BitsPerSample 32 %s" % entries)
    )


def _with_function(function: bytes) -> bytes:
    shading = b"<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 200 0] /Function 6 0 R >>"
    return one_page(TEXT + b" /S0 sh", resources=b"/Shading << /S0 7 0 R >>", objects=(function, shading))


def _picture(entries: bytes, data: bytes = b"\x80" * 300, *others: bytes) -> bytes:
    image = streamed(data, b"/Type /XObject /Subtype /Image " + entries)
    return one_page(TEXT + b" q 90 0 0 60 100 10 cm /I0 Do Q", resources=b"/XObject << /I0 6 0 R >>", objects=(image, *others))


def _pictures() -> Cases:
    case = Group("pdf pictures", "pdf")
    gray = b"/BitsPerComponent 8 /ColorSpace /DeviceGray"
    for width, height in ((100_000, 100_000), (1, 100_000_000), (2147483647, 2147483647), (0, 10), (-10, 10), (10, 0)):
        sizes = b"/Width %d /Height %d %s" % (width, height, gray)
        yield case(f"{width} x {height} said", partial(_picture, sizes), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    packed = deflate_bomb(bytes(MEGABYTE), 900)
    yield case(
        "a bomb of 30,000 x 30,000",
        lambda: _picture(b"/Width 30000 /Height 30000 /Filter /FlateDecode " + gray, packed),
        COMPLETED,
        TOO_LARGE,
        CORRUPT,
        "timeout",
    )
    for said in (
        b"/BitsPerComponent 99 /ColorSpace /DeviceRGB",
        b"/BitsPerComponent 0 /ColorSpace /DeviceRGB",
        b"/BitsPerComponent -8",
        b"/BitsPerComponent 16 /ColorSpace /DeviceCMYK",
    ):
        yield case(said.decode()[1:], partial(_picture, b"/Width 10 /Height 10 " + said), COMPLETED, CORRUPT)
    small = b"/Width 10 /Height 10 /BitsPerComponent 8 "
    yield case("its own soft mask", lambda: _picture(small + b"/ColorSpace /DeviceGray /SMask 6 0 R"), COMPLETED, CORRUPT)
    yield case("its own mask", lambda: _picture(small + b"/ColorSpace /DeviceGray /Mask 6 0 R"), COMPLETED, CORRUPT)
    yield case("its own colour space", lambda: _picture(small + b"/ColorSpace 6 0 R"), COMPLETED, CORRUPT)
    spaces = (
        b"[/Indexed /DeviceRGB 2147483647 (abc)]",
        b"[/Indexed 7 0 R 255 7 0 R]",
        b"[/ICCBased 6 0 R]",
        b"[/ICCBased 7 0 R]",
        b"[/Separation /All 7 0 R 7 0 R]",
        b"[/DeviceN [" + b"/C " * 1000 + b"] /DeviceCMYK 7 0 R]",
        b"[/CalRGB << /WhitePoint [0 0 0] /Gamma [nan -1 1e9] >>]",
        b"[/Lab << /WhitePoint [-1 -1 -1] /Range [9 -9 9 -9] >>]",
        b"[/Pattern [/Pattern [/Pattern]]]",
        b"7 0 R",
    )
    for number, space in enumerate(spaces):
        others = (b"[/Separation /Black 7 0 R 7 0 R]",)
        label = f"colour space {number} {space[:24].decode().strip('[]')}"
        yield case(
            label,
            partial(_picture, small + b"/ColorSpace " + space, b"\x80" * 300, *others),
            COMPLETED,
            CORRUPT,
            TOO_LARGE,
        )
    profile = streamed(deflate_bomb(bytes(MEGABYTE), 1024), b"/N 3 /Filter /FlateDecode")
    yield case(
        "an ICC profile of a gigabyte",
        lambda: _picture(small + b"/ColorSpace [/ICCBased 7 0 R]", b"\x80" * 300, profile),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    noise = streamed(_noise(3000), b"/N 5")
    yield case(
        "an ICC profile of noise", lambda: _picture(small + b"/ColorSpace [/ICCBased 7 0 R]", b"\x80" * 300, noise), COMPLETED, CORRUPT
    )
    for name in (b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode"):
        said = small + b"/ColorSpace /DeviceGray /Filter /" + name
        yield case(f"noise as {name.decode()}", partial(_picture, said, _noise(3000)), COMPLETED, CORRUPT)
    fax = b"/Width 60000 /Height 60000 /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 60000 >>"
    yield case("a fax of 60,000 x 60,000", lambda: _picture(fax, b"\xff" * 1000), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    yield case("a decode array of nothing", lambda: _picture(small + b"/ColorSpace /DeviceGray /Decode [nan]"), COMPLETED, CORRUPT)
    yield case("only a picture that cannot be read", _only_noise, CORRUPT)
    yield case("the same picture 20,000 times", _many_pictures, COMPLETED, "timeout")


def _only_noise() -> bytes:
    image = streamed(
        _noise(3000),
        b"/Type /XObject /Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /DCTDecode",
    )
    return one_page(b"q 200 0 0 120 0 0 cm /I0 Do Q", resources=b"/XObject << /I0 6 0 R >>", objects=(image,))


def _many_pictures() -> bytes:
    image = streamed(b"\x80" * 100, b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 /ColorSpace /DeviceGray")
    return one_page(TEXT + b" q 9 0 0 9 1 1 cm /I0 Do Q" * 20_000, resources=b"/XObject << /I0 6 0 R >>", objects=(image,))


def _font(font: bytes, *others: bytes, content: bytes = b"BT /F2 12 Tf 10 60 Td (Certificate) Tj ET") -> bytes:
    return one_page(TEXT + b" " + content, resources=b"/F2 6 0 R |", objects=(font, *others))


def _fonts() -> Cases:
    case = Group("pdf fonts", "pdf")
    yield case("missing", lambda: _font(b"null"), COMPLETED, CORRUPT)
    yield case("a page", lambda: _font(b"3 0 R"), COMPLETED, CORRUPT)
    yield case("without a kind", lambda: _font(b"<< /Type /Font >>"), COMPLETED, CORRUPT)
    for size in (b"0", b"-12", b"9" * 38, b"nan", b"0.0000001"):
        yield case(
            f"of size {size.decode()[:9]}",
            partial(one_page, b"BT /F1 %s Tf 10 60 Td (Certificate) Tj ET" % size),
            COMPLETED,
            CORRUPT,
        )
    for kind, entry in ((b"TrueType", b"FontFile2"), (b"Type1", b"FontFile"), (b"Type1", b"FontFile3")):
        font = b"<< /Type /Font /Subtype /%s /BaseFont /Evil /FirstChar 0 /LastChar 255 /FontDescriptor 7 0 R >>" % kind
        descriptor = b"<< /Type /FontDescriptor /FontName /Evil /Flags 4 /%s 8 0 R >>" % entry
        program = streamed(_noise(5000), b"/Subtype /Type1C" if entry == b"FontFile3" else b"/Length1 5000")
        label = f"{kind.decode()} of noise in {entry.decode()}"
        yield case(label, partial(_font, font, descriptor, program), COMPLETED, CORRUPT)
    bomb = streamed(deflate_bomb(bytes(MEGABYTE), 1024), b"/Filter /FlateDecode")
    true_type = b"<< /Type /Font /Subtype /TrueType /BaseFont /Evil /FontDescriptor 7 0 R >>"
    descriptor = b"<< /Type /FontDescriptor /FontName /Evil /Flags 4 /FontFile2 8 0 R >>"
    yield case("a gigabyte of font", lambda: _font(true_type, descriptor, bomb), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    lying = streamed(b"\0\1\0\0" + b"\xff\xff" * 4 + b"glyf" + b"\xff" * 400)
    yield case("a TrueType table that lies", lambda: _font(true_type, descriptor, lying), COMPLETED, CORRUPT)
    glyph = streamed(b"1000 0 0 0 750 750 d1 BT /F2 1 Tf (a) Tj ET")
    itself = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 97 /Widths [9]"
    itself += b" /Encoding << /Differences [97 /a] >> /CharProcs << /a 7 0 R >> /Resources << /Font << /F2 6 0 R >> >> >>"
    yield case(
        "a glyph that is drawn with its own font",
        lambda: _font(itself, glyph, content=b"BT /F2 12 Tf 10 60 Td (aaaa) Tj ET"),
        COMPLETED,
        CORRUPT,
    )
    flat = itself.replace(b"[0.001 0 0 0.001 0 0]", b"[0 0 0 0 0 0]")
    yield case("a font matrix of zeros", lambda: _font(flat, glyph, content=b"BT /F2 12 Tf 10 60 Td (aaaa) Tj ET"), COMPLETED, CORRUPT)
    mapped = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>"
    yield case("a map of noise", lambda: _font(mapped, streamed(_noise(5000))), COMPLETED, CORRUPT)
    yield case("a map that uses itself", lambda: _font(mapped, streamed(b"/X usecmap", b"/Type /CMap /UseCMap 7 0 R")), COMPLETED, CORRUPT)
    ranges = b"begincmap 1 beginbfrange <00000000> <ffffffff> <0041> endbfrange " * 50 + b"endcmap"
    yield case("a map of every code", lambda: _font(mapped, streamed(ranges)), COMPLETED, CORRUPT, TOO_LARGE, "timeout")
    wide = b"begincmap 1 beginbfchar <43> <%s> endbfchar endcmap" % (b"0041" * 50_000)
    yield case("a letter that stands for 50,000", lambda: _font(mapped, streamed(wide)), COMPLETED, CORRUPT)
    yield case(
        "a map that is a bomb",
        lambda: _font(mapped, streamed(deflate_bomb(b" " * MEGABYTE, 1024), b"/Filter /FlateDecode")),
        COMPLETED,
        CORRUPT,
        TOO_LARGE,
        "timeout",
    )
    differences = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [-5 /a 999999999 %s] >> >>" % (
        b"/b " * 200_000
    )
    yield case("200,000 differences", lambda: _font(differences), COMPLETED, CORRUPT)
    yield case(
        "widths below and above all",
        lambda: _font(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar -9 /LastChar 2147483647 /Widths [nan -1e9] >>"),
        COMPLETED,
        CORRUPT,
    )
    descend = b"<< /Type /Font /Subtype /Type0 /BaseFont /Evil /Encoding /Identity-H /DescendantFonts [6 0 R] >>"
    yield case("a font that is its own descendant", lambda: _font(descend), COMPLETED, CORRUPT)
    many = b"<< /Type /Font /Subtype /Type0 /BaseFont /Evil /Encoding 7 0 R /DescendantFonts [8 0 R] >>"
    cid = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Evil /W [0 [1 2] 3 2147483647 500] /DW nan /CIDSystemInfo << /Supplement -1 >> >>"
    yield case("widths of every glyph", lambda: _font(many, streamed(b"begincmap endcmap"), cid), COMPLETED, CORRUPT, TOO_LARGE)
