"""PDFs that bring scripts, actions, attachments, passwords, forms, annotations or odd text along."""

import random
from functools import partial

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import MEGABYTE, TEXT, deflate_bomb, one_page, streamed
from tests.mupdf import pymupdf

CORRUPT = "corrupt_document"
LOCKED = "encrypted_document"
TOO_LARGE = "page_too_large"

LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY %c '%s'>" % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(12)
)
"""Entities of which the last one is 10 ** 12 times the first."""


def cases() -> Cases:
    yield from _active()
    yield from _locked()
    yield from _forms()
    yield from _text()


def _active() -> Cases:
    case = Group("pdf active", "pdf")
    script = b"<< /S /JavaScript /JS (while (true) { app.alert\\('x'\\); this.submitForm\\('http://127.0.0.1:9/'\\); }) >>"
    actions = {
        "JavaScript": script,
        "Launch": b"<< /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) /P (/c calc) >> >>",
        "URI": b"<< /S /URI /URI (http://127.0.0.1:9/) >>",
        "GoToR": b"<< /S /GoToR /F (/etc/passwd) /D [0 /Fit] >>",
        "GoToE": b"<< /S /GoToE /T << /R /C /N (a) /T << /R /P >> >> >>",
        "SubmitForm": b"<< /S /SubmitForm /F << /FS /URL /F (http://127.0.0.1:9/) >> >>",
        "ImportData": b"<< /S /ImportData /F (/etc/passwd) >>",
        "a loop": b"<< /S /Named /N /NextPage /Next 6 0 R >>",
    }
    for name, action in actions.items():
        yield case(f"on opening, {name}", partial(one_page, catalog=b"/OpenAction 6 0 R", objects=(action,)), COMPLETED)
    yield case(
        "scripts by name", lambda: one_page(catalog=b"/Names << /JavaScript << /Names [(a) 6 0 R] >> >>", objects=(script,)), COMPLETED
    )
    yield case("a script on the page", lambda: one_page(page=b"/AA << /O 6 0 R /C 6 0 R >>", objects=(script,)), COMPLETED)
    yield case(
        "a script of a gigabyte", lambda: one_page(catalog=b"/OpenAction << /S /JavaScript /JS 6 0 R >>", objects=(_bomb(),)), COMPLETED
    )
    yield case(
        "10,000 scripts",
        lambda: one_page(catalog=b"/Names << /JavaScript << /Names [%s] >> >>" % (b"(a) 6 0 R " * 10_000), objects=(script,)),
        COMPLETED,
    )
    attached = b"/Names << /EmbeddedFiles << /Names [(evil.exe) << /Type /Filespec /F (../../evil.exe) /EF << /F 6 0 R >> >>] >> >>"
    yield case(
        "a program attached", lambda: one_page(catalog=attached, objects=(streamed(b"MZ\x90\0" * 1000, b"/Type /EmbeddedFile"),)), COMPLETED
    )
    yield case("a bomb attached", lambda: one_page(catalog=attached, objects=(_bomb(b"/Type /EmbeddedFile"),)), COMPLETED)
    yield case("itself attached", lambda: one_page(catalog=attached, objects=(streamed(one_page(), b"/Type /EmbeddedFile"),)), COMPLETED)
    outside = b"<< /Length 0 /F (/etc/passwd) /FFilter /None >>\nstream\n\nendstream"
    yield case(
        "content in another file", lambda: one_page(page=b"/Contents [4 0 R 6 0 R]", objects=(outside,)), COMPLETED, CORRUPT, unseen="root:"
    )
    picture = b"<< /Type /XObject /Subtype /Image /Width 10 /Height 10 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 0 /F (/etc/passwd) >>\nstream\n\nendstream"
    yield case(
        "a picture in another file",
        lambda: one_page(TEXT + b" /I0 Do", resources=b"/XObject << /I0 6 0 R >>", objects=(picture,)),
        COMPLETED,
        CORRUPT,
        unseen="root:",
    )
    form = streamed(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F (/etc/passwd) /Page 0 >>")
    yield case(
        "a page of another file",
        lambda: one_page(TEXT + b" /X0 Do", resources=b"/XObject << /X0 6 0 R >>", objects=(form,)),
        COMPLETED,
        CORRUPT,
    )
    web = b"<< /Type /Font /Subtype /TrueType /BaseFont /A /FontDescriptor << /FontFile2 << /FS /URL /F (http://127.0.0.1:9/) >> >> >>"
    yield case(
        "a font on the web",
        lambda: one_page(TEXT + b" BT /F2 9 Tf (x) Tj ET", resources=b"/F2 6 0 R |", objects=(web,)),
        COMPLETED,
        CORRUPT,
    )
    for kind in (b"Movie", b"Screen", b"RichMedia", b"3D", b"Sound", b"FileAttachment", b"Evil"):
        note = b"<< /Type /Annot /Subtype /%s /Rect [0 0 50 50] /A << /S /Rendition /JS (x) >> /Contents (x) >>" % kind
        yield case(f"an annotation {kind.decode()}", partial(one_page, page=b"/Annots [6 0 R]", objects=(note,)), COMPLETED)
    laughs = streamed(LAUGHS + b"]><x:xmpmeta>&m;</x:xmpmeta>", b"/Type /Metadata /Subtype /XML")
    yield case("metadata of a thousand thousand million laughs", lambda: one_page(catalog=b"/Metadata 6 0 R", objects=(laughs,)), COMPLETED)
    loops = {
        "outlines": (b"/Outlines 6 0 R", b"<< /First 6 0 R /Last 6 0 R /Next 6 0 R /Title (x) /Count -9 >>"),
        "names": (b"/Names << /Dests 6 0 R >>", b"<< /Kids [6 0 R 6 0 R] /Limits [(a) (z)] >>"),
        "the structure tree": (
            b"/StructTreeRoot 6 0 R /MarkInfo << /Marked true >>",
            b"<< /Type /StructTreeRoot /K [6 0 R] /ParentTree 6 0 R /P 6 0 R >>",
        ),
        "layers": (b"/OCProperties << /OCGs [6 0 R] /D << /Order [6 0 R] >> >>", b"<< /Type /OCMD /OCGs [6 0 R] /VE [/And 6 0 R] >>"),
        "page labels": (b"/PageLabels 6 0 R", b"<< /Kids [6 0 R] /Nums [0 6 0 R] >>"),
        "threads": (b"/Threads [6 0 R]", b"<< /F 6 0 R /N 6 0 R /V 6 0 R /T 6 0 R >>"),
    }
    for name, (catalog, looped) in loops.items():
        yield case(f"{name} in a circle", partial(one_page, catalog=catalog, objects=(looped,)), COMPLETED)


def _bomb(entries: bytes = b"") -> bytes:
    return streamed(deflate_bomb(bytes(MEGABYTE), 1024), b"/Filter /FlateDecode " + entries)


def _lock(method: int, **passwords: str) -> bytes:
    """Encryption takes random numbers from the system, so these bytes alone differ from run to run."""
    with pymupdf.open(stream=one_page(), filetype="pdf") as document:
        content: bytes = document.tobytes(encryption=method, **passwords)
    return content


def _lock_cut_short(method: int) -> bytes:
    return _lock(method, user_pw="", owner_pw="o")[:-400]


def _locked() -> Cases:
    case = Group("pdf passwords", "pdf")
    methods = {
        "RC4 of 40 bits": pymupdf.PDF_ENCRYPT_RC4_40,
        "RC4 of 128 bits": pymupdf.PDF_ENCRYPT_RC4_128,
        "AES of 128 bits": pymupdf.PDF_ENCRYPT_AES_128,
        "AES of 256 bits": pymupdf.PDF_ENCRYPT_AES_256,
    }
    for name, method in methods.items():
        yield case(f"{name}, opens without", partial(_lock, method, user_pw="", owner_pw="owner"), COMPLETED)
        yield case(f"{name}, needs one", partial(_lock, method, user_pw="user", owner_pw="owner"), LOCKED)
        yield case(f"{name}, cut short", partial(_lock_cut_short, method), COMPLETED, CORRUPT, LOCKED)
    for said in (
        b"<< /Filter /Standard /V 99 /R 99 >>",
        b"<< /Filter /Standard /V 1 /R 2 >>",
        b"<< /Filter /Evil /V 4 >>",
        b"<< /Filter /Standard /V 2 /R 3 /Length -1 /O (x) /U (y) /P -1 >>",
        b"<< /Filter /Standard /V 2 /R 3 /Length 2147483647 /O (x) /U (y) /P -1 >>",
        b"<< /Filter /Standard /V 4 /R 4 /CF << /StdCF 6 0 R >> /StmF /StdCF /StrF /StdCF /O 6 0 R /U 6 0 R /P 0 >>",
        b"6 0 R",
        b"null",
        b"(secret)",
        b"<< /Filter /Standard /V 5 /R 6 /Length 256 /O (%s) /U (%s) /OE (x) /UE (y) /Perms (z) /P 0 >>" % (b"o" * 48, b"u" * 48),
    ):
        trailer = b"/Encrypt %s /ID [(a) (a)]" % said
        yield case(
            f"encrypted by {said[:44].decode()}",
            partial(one_page, trailer=trailer, objects=(b"6 0 R",)),
            COMPLETED,
            CORRUPT,
            LOCKED,
        )


def _acro(fields: bytes, *objects: bytes, annotations: bytes = b"[6 0 R]", entries: bytes = b"") -> bytes:
    return one_page(page=b"/Annots " + annotations, catalog=b"/AcroForm << /Fields %s %s >>" % (fields, entries), objects=objects)


def _widget(entries: bytes) -> bytes:
    return b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [10 10 150 30] /F 4 %s >>" % entries


def _forms() -> Cases:
    case = Group("pdf forms", "pdf")
    yield case(
        "100,000 annotations of one object",
        lambda: one_page(page=b"/Annots [%s]" % (b"6 0 R " * 100_000), objects=(_note(0),)),
        COMPLETED,
        "timeout",
    )
    yield case(
        "20,000 annotations",
        lambda: one_page(page=b"/Annots [%s]" % _references(20_000), objects=[_note(n) for n in range(20_000)]),
        COMPLETED,
        "timeout",
    )
    yield case(
        "100,000 widgets of one object",
        lambda: _acro(b"[6 0 R]", _widget(b"/V (x)"), annotations=b"[%s]" % (b"6 0 R " * 100_000)),
        COMPLETED,
        "timeout",
    )
    widgets = [_widget(b"/V (value %d)" % n) for n in range(5_000)]
    yield case(
        "5,000 widgets",
        lambda: _acro(b"[%s]" % _references(5_000), *widgets, annotations=b"[%s]" % _references(5_000)),
        COMPLETED,
        "timeout",
    )
    more = [_widget(b"/V (value %d)" % n) for n in range(100_000)]
    yield case(
        "100,000 widgets",
        lambda: _acro(b"[%s]" % _references(100_000), *more, annotations=b"[%s]" % _references(100_000)),
        COMPLETED,
        "timeout",
    )
    yield case("annotations that are the page", lambda: one_page(page=b"/Annots [3 0 R 3 0 R]"), COMPLETED)
    yield case("annotations that are a loop", lambda: one_page(page=b"/Annots 6 0 R", objects=(b"[6 0 R]",)), COMPLETED, CORRUPT)
    yield case("a field that is its own parent", lambda: _acro(b"[6 0 R]", _widget(b"/Parent 6 0 R /V (x)")), COMPLETED, CORRUPT)
    yield case("a field that is its own kid", lambda: _acro(b"[6 0 R]", _widget(b"/Kids [6 0 R] /V (x)")), COMPLETED, CORRUPT)
    yield case("fields 20,000 deep", lambda: _acro(b"[6 0 R]", *_nested(20_000), annotations=b"[%d 0 R]" % 20_006), COMPLETED, CORRUPT)
    yield case("fields in a circle", lambda: _acro(b"6 0 R", b"[6 0 R]"), COMPLETED, CORRUPT)
    yield case("a value of a megabyte", lambda: _acro(b"[6 0 R]", _widget(b"/V (%s)" % (b"word " * 200_000))), COMPLETED, "timeout")
    yield case("a value of a megabyte in one word", lambda: _acro(b"[6 0 R]", _widget(b"/V (%s)" % (b"w" * 1_000_000))), COMPLETED)
    yield case("a value with control characters", lambda: _acro(b"[6 0 R]", _widget(b"/V (a\\000b\\007c\\033[31m)")), COMPLETED)
    yield case("a value of surrogates", lambda: _acro(b"[6 0 R]", _widget(b"/V <feffd800d800dc00ffff0000>")), COMPLETED)
    yield case(
        "a value that is a stream", lambda: _acro(b"[6 0 R]", _widget(b"/V 7 0 R"), _bomb()), COMPLETED, CORRUPT, TOO_LARGE, "timeout"
    )
    yield case("a value that is its field", lambda: _acro(b"[6 0 R]", _widget(b"/V 6 0 R")), COMPLETED, CORRUPT)
    yield case("100,000 choices", lambda: _acro(b"[6 0 R]", _widget(b"/FT /Ch /Opt [%s] /V (x)" % (b"(x) " * 100_000))), COMPLETED)
    yield case("a choice of nothing", lambda: _acro(b"[6 0 R]", _widget(b"/FT /Ch /Opt null /V [null 7 (a)] /I [-1]")), COMPLETED, CORRUPT)
    yield case("a rectangle of nothing", lambda: _acro(b"[6 0 R]", _widget(b"/Rect [nan nan] /V (x)")), COMPLETED, CORRUPT)
    yield case("a rectangle beyond all", lambda: _acro(b"[6 0 R]", _widget(b"/Rect [-1e9 -1e9 1e9 1e9] /V (x)")), COMPLETED, CORRUPT)
    yield case(
        "appearances wanted, of noise",
        lambda: _acro(b"[6 0 R]", _widget(b"/DA (/Evil nan Tf) /V (x) /MK << /R 45 >>"), entries=b"/NeedAppearances true /DA (]]]>>)"),
        COMPLETED,
        CORRUPT,
    )
    yield case("an appearance of itself", lambda: _acro(b"[6 0 R]", _widget(b"/V (x) /AP << /N 6 0 R >>")), COMPLETED, CORRUPT)
    yield case(
        "a script on each key",
        lambda: _acro(b"[6 0 R]", _widget(b"/V (x) /AA << /K << /S /JavaScript /JS (for\\(;;\\);) >> >>")),
        COMPLETED,
    )
    yield case("a calculation order in a circle", lambda: _acro(b"[6 0 R]", _widget(b"/V (x)"), entries=b"/CO [6 0 R 6 0 R]"), COMPLETED)
    template = b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template><subform name='a'><field name='b'/></subform></template></xdp:xdp>"
    yield case("XFA", lambda: _acro(b"[]", streamed(template), annotations=b"[]", entries=b"/XFA 6 0 R"), COMPLETED)
    yield case(
        "XFA in parts that are missing", lambda: _acro(b"[]", annotations=b"[]", entries=b"/XFA [(template) 99 0 R (datasets)]"), COMPLETED
    )
    evil = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><xdp:xdp>&e;</xdp:xdp>"
    yield case(
        "XFA that names a file", lambda: _acro(b"[]", streamed(evil), annotations=b"[]", entries=b"/XFA 6 0 R"), COMPLETED, unseen="root:"
    )
    yield case(
        "XFA of laughs", lambda: _acro(b"[]", streamed(LAUGHS + b"]><a>&m;</a>"), annotations=b"[]", entries=b"/XFA 6 0 R"), COMPLETED
    )
    yield case("XFA of a gigabyte", lambda: _acro(b"[]", _bomb(), annotations=b"[]", entries=b"/XFA 6 0 R"), COMPLETED)


def _references(count: int) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in range(6, count + 6))


def _note(number: int) -> bytes:
    return b"<< /Type /Annot /Subtype /Text /Rect [%d 10 %d 30] /Contents (note) >>" % (number % 100, number % 100 + 20)


def _nested(levels: int) -> list[bytes]:
    parents = [b"<< /T (f%d) /Kids [%d 0 R] %s >>" % (n, n + 7, b"/Parent %d 0 R" % (n + 5) if n else b"") for n in range(levels)]
    return [*parents, _widget(b"/Parent %d 0 R /V (x)" % (levels + 5))]


def _mapped(codes: str, content: bytes = b"") -> bytes:
    """A page whose letters A, B, C … stand for `codes` by their ToUnicode map."""
    pairs = b"".join(
        b"<%02x> <%s>\n" % (65 + at, letter.encode("utf-16-be", "surrogatepass").hex().encode()) for at, letter in enumerate(codes)
    )
    unicode_map = streamed(
        b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange %d beginbfchar\n%sendbfchar endcmap" % (len(codes), pairs)
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>"
    letters = bytes(range(65, 65 + len(codes)))
    shown = content or b"BT /F2 14 Tf 10 60 Td (%s) Tj 0 -20 Td (%s) Tj ET" % (letters, letters)
    return one_page(shown, resources=b"/F2 6 0 R |", objects=(font, unicode_map))


def _text() -> Cases:
    case = Group("pdf text", "pdf")
    texts = {
        "NUL": "A\0B\0C",
        "control characters": "\x01\x02\x07\x08\x1b\x7f\x85",
        "right to left": "שלום عالم",
        "overrides of direction": "a\u202eb\u202dc\u2066d\u2069",
        "emoji": "😀👩‍👩‍👧‍👦🏳️‍🌈",
        "astral letters": "𝕏𐍈𠜎𝄞",
        "lone surrogates": "\ud800A\udfffB",
        "combining marks": "Z\u0335\u0336\u0337\u0338\u0339\u033a\u033b\u033c",
        "no characters": "\ufffe\uffff\ufdd0",
        "private use": "\ue000\uf8ff\U000f0000",
        "spaces of every width": "\u2000\u2003\u200b\u3000\xa0\ufeff",
        "line breaks": "a\nb\rc\u2028d\u2029e",
    }
    for name, codes in texts.items():
        yield case(name, partial(_mapped, codes), COMPLETED)
    yield case("a word of 200,000 letters", lambda: one_page(b"BT /F1 9 Tf 10 60 Td (%s) Tj ET" % (b"w" * 200_000)), COMPLETED)
    yield case(
        "a million letters in one place",
        lambda: one_page(b"BT /F1 9 Tf 10 60 Td " + b"(word word) Tj -0 0 Td " * 100_000 + b"ET"),
        COMPLETED,
        "timeout",
        CORRUPT,
    )
    scattered = random.Random(7)
    words = b"".join(b"1 0 0 1 %d %d Tm (w%d) Tj " % (scattered.randrange(600), scattered.randrange(780), n) for n in range(60_000))
    yield case("60,000 words all over", lambda: one_page(b"BT /F1 2 Tf " + words + b"ET", media_box=b"[0 0 612 792]"), COMPLETED, "timeout")
    yield case(
        "30,000 words one above the other",
        lambda: one_page(b"BT /F1 2 Tf 10 60 Td " + b"(w) Tj 0 0.001 Td " * 30_000 + b"ET"),
        COMPLETED,
        "timeout",
    )
    yield case(
        "text in every direction",
        lambda: one_page(
            b"BT /F1 9 Tf " + b"".join(b"0 %d %d 0 %d 60 Tm (turned) Tj " % (s, -s, 60 + n) for n, s in enumerate((1, -1) * 20)) + b"ET"
        ),
        COMPLETED,
    )
    yield case("text that nobody sees", lambda: one_page(b"BT 3 Tr /F1 9 Tf 10 60 Td (hidden hidden hidden) Tj ET"), COMPLETED)
    yield case("text that stands outside", lambda: one_page(b"BT /F1 9 Tf 9000 9000 Td (outside) Tj ET"), COMPLETED)
