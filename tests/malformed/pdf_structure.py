"""PDFs whose page tree, cross-reference table or objects are wrong, cyclic, deep or endless."""

import zlib
from functools import partial

from tests.malformed.case import COMPLETED, Cases, Group
from tests.malformed.rawpdf import HELVETICA, SMALL, TEXT, RawPdf, deflate_bomb, one_page, streamed

CORRUPT = "corrupt_document"
EMPTY = "empty_document"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox %s >>" % SMALL


def cases() -> Cases:
    yield from _trees()
    yield from _tables()
    yield from _objects()


def _tree(pages: bytes, *others: bytes, catalog: bytes = b"/Pages 2 0 R") -> bytes:
    """Object 1 is the catalog, 2 the page tree's root, `others` follow."""
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog %s >>" % catalog)
    pdf.add(pages)
    for body in others:
        pdf.add(body)
    return pdf.bytes()


def _many(count: int, *, said: int | None = None) -> bytes:
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    pdf.add(b"<< /Type /Pages /Kids [%s] /Count %d /MediaBox %s >>" % (kids, count if said is None else said, SMALL))
    for _ in range(count):
        pdf.add(b"<< /Type /Page /Parent 2 0 R >>")
    return pdf.bytes()


def _deep(levels: int) -> bytes:
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    for level in range(levels):
        parent = b"/Parent %d 0 R" % (level + 1) if level else b""
        pdf.add(b"<< /Type /Pages /Kids [%d 0 R] /Count 1 %s >>" % (level + 3, parent))
    pdf.add(b"<< /Type /Page /Parent %d 0 R /MediaBox %s >>" % (levels + 1, SMALL))
    return pdf.bytes()


def _shared(levels: int, *, honest: bool) -> bytes:
    """Every node has the next one ten times over: ten objects, 10 ** levels pages."""
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    for level in range(levels):
        count = 10 ** (levels - level) if honest else 1
        pdf.add(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"%d 0 R " % (level + 3) * 10, count))
    pdf.add(b"<< /Type /Page /MediaBox %s >>" % SMALL)
    return pdf.bytes()


def _trees() -> Cases:
    case = Group("pdf tree", "pdf")
    yield case("no pages", lambda: _tree(b"<< /Type /Pages /Kids [] /Count 0 >>"), EMPTY)
    yield case("no pages, five counted", lambda: _tree(b"<< /Type /Pages /Kids [] /Count 5 >>"), CORRUPT, EMPTY)
    yield case("no page tree", lambda: _tree(PAGE, catalog=b""), CORRUPT, EMPTY)
    yield case("the page tree is missing", lambda: _tree(PAGE, catalog=b"/Pages 9 0 R"), CORRUPT, EMPTY)
    yield case("the page tree is the catalog", lambda: _tree(PAGE, catalog=b"/Pages 1 0 R"), CORRUPT, EMPTY)
    yield case("the page tree is a page", lambda: _tree(PAGE), CORRUPT, COMPLETED, EMPTY)
    yield case("the page tree is a number", lambda: _tree(b"42"), CORRUPT, EMPTY)
    yield case("its own kid", lambda: _tree(b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), CORRUPT, EMPTY)
    yield case("its own kid, 400 counted", lambda: _tree(b"<< /Type /Pages /Kids [2 0 R] /Count 400 >>"), CORRUPT, EMPTY)
    grandchild = b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>"
    yield case("its own grandchild", lambda: _tree(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", grandchild), CORRUPT, EMPTY)
    looped = b"<< /Type /Page /Parent 3 0 R >>"
    yield case("a page is its own parent", lambda: _tree(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", looped), COMPLETED, CORRUPT)
    yield case("a page without parent or box", lambda: _tree(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Page >>"), COMPLETED)
    yield case("100 deep", lambda: _deep(100), COMPLETED, CORRUPT)
    yield case("10,000 deep", lambda: _deep(10_000), CORRUPT, COMPLETED)
    yield case("60,000 deep", lambda: _deep(60_000), CORRUPT, COMPLETED, "timeout")
    yield case("10,000 pages", lambda: _many(10_000), "too_many_pages")
    yield case("501 pages", lambda: _many(501), "too_many_pages")
    yield case("120 pages", lambda: _many(120), COMPLETED)
    yield case(
        "one page 10,000 times",
        lambda: _tree(b"<< /Type /Pages /Kids [%s] /Count 10000 >>" % (b"3 0 R " * 10_000), PAGE),
        "too_many_pages",
        CORRUPT,
    )
    yield case("a thousand million pages of ten objects", lambda: _shared(9, honest=True), "too_many_pages", CORRUPT)
    yield case("a thousand million pages, one counted", lambda: _shared(9, honest=False), COMPLETED, CORRUPT, EMPTY)
    one = b"<< /Type /Pages /Kids [3 0 R] /Count %s >>"
    for said in (
        b"-1",
        b"2147483647",
        b"2147483648",
        b"9223372036854775807",
        b"1" + b"0" * 30,
        b"3.7",
        b"(one)",
        b"null",
        b"2 0 R",
        b"[1]",
    ):
        yield case(f"count is {said.decode()}", partial(_tree, one % said, PAGE), COMPLETED, CORRUPT, EMPTY, "too_many_pages")
    yield case("three counted, one there", lambda: _tree(one % b"3", PAGE), CORRUPT)
    yield case("one counted, three there", lambda: _many(3, said=1), COMPLETED, CORRUPT)
    for said in (b"null", b"7", b"(kids)", b"[null]", b"[1 2 3]", b"[99 0 R]", b"[1 0 R]", b"[[3 0 R]]", b"<< >>", b"[/Page]"):
        tree = b"<< /Type /Pages /Kids %s /Count 1 >>" % said
        yield case(f"kids are {said.decode()}", partial(_tree, tree, PAGE), CORRUPT, EMPTY, COMPLETED)


def _sound() -> bytes:
    return one_page()


def _tables() -> Cases:
    case = Group("pdf xref", "pdf")
    for said in (b"0", b"-1", b"999999999", b"99999999999999999999", b"x", b""):
        what = said.decode() or "missing"
        yield case(f"startxref {what}", partial(_with_tail, b"startxref\n%s\n%%%%EOF\n" % said), COMPLETED)
    yield case("no tail at all", lambda: _with_tail(b""), CORRUPT, COMPLETED)
    yield case("every offset is 0", lambda: _renumbered(b"0000000000"), COMPLETED, CORRUPT)
    yield case("every offset is beyond the end", lambda: _renumbered(b"9999999999"), COMPLETED)
    yield case("every offset is that of one object", lambda: _renumbered(b"0000000015"), COMPLETED)
    yield case("every object is free", lambda: _sound().replace(b" 00000 n ", b" 00000 f "), COMPLETED, CORRUPT, EMPTY)
    yield case("a table of a thousand million", lambda: _with_table(b"xref\n0 1000000000\n"), COMPLETED, CORRUPT)
    yield case("a table that begins at 4294967295", lambda: _with_table(b"xref\n4294967295 6\n"), COMPLETED, CORRUPT)
    yield case("a table of minus five", lambda: _with_table(b"xref\n0 -5\n"), COMPLETED, CORRUPT)
    yield case("a table without entries", lambda: _with_table(b"xref\n"), COMPLETED, CORRUPT)
    yield case("prev is itself", lambda: _with_prev(lambda start: b"/Prev %d" % start), COMPLETED, CORRUPT)
    yield case("prev is negative", lambda: _with_prev(lambda _start: b"/Prev -7"), COMPLETED, CORRUPT)
    yield case("prev is beyond the end", lambda: _with_prev(lambda _start: b"/Prev 88888888"), COMPLETED, CORRUPT)
    yield case("a hybrid table that is its own stream", lambda: _with_prev(lambda start: b"/XRefStm %d" % start), COMPLETED, CORRUPT)
    yield case("5,000 tables in a chain", lambda: _chain(5000), COMPLETED, CORRUPT)
    yield case("no trailer", lambda: _sound().replace(b"trailer", b"tractor"), COMPLETED, CORRUPT)
    yield case("a trailer that does not end", lambda: _sound().replace(b">>\nstartxref", b"\nstartxref"), COMPLETED, CORRUPT)
    for said in (b"null", b"99 0 R", b"3 0 R", b"4 0 R", b"(root)", b"1 0"):
        yield case(f"root is {said.decode()}", partial(_rooted, said), COMPLETED, CORRUPT, EMPTY)
    yield case("a root that is a loop of references", lambda: _looped_root(), CORRUPT, EMPTY, COMPLETED)
    for widths in (b"[0 0 0]", b"[1 2]", b"[99 99 99]", b"[-1 2 1]", b"[1 2147483647 1]", b"7"):
        yield case(
            f"a stream of widths {widths.decode()}",
            partial(_xref_stream, b"/W %s /Size 6" % widths),
            COMPLETED,
            CORRUPT,
            EMPTY,
        )
    for size in (b"-1", b"2147483647", b"99999999999", b"0"):
        yield case(f"a stream of size {size.decode()}", partial(_xref_stream, b"/W [1 2 1] /Size %s" % size), COMPLETED, CORRUPT, EMPTY)
    for index in (b"[0]", b"[-5 10]", b"[0 2147483647]", b"[2147483640 10]", b"[0 6 0 6 0 6]"):
        extra = b"/W [1 2 1] /Size 6 /Index %s" % index
        yield case(f"a stream of index {index.decode()}", partial(_xref_stream, extra), COMPLETED, CORRUPT, EMPTY)
    yield case("a stream that is a bomb", lambda: _xref_stream(b"/W [1 2 1] /Size 6", bomb=True), COMPLETED, CORRUPT, EMPTY)


def _with_tail(tail: bytes) -> bytes:
    whole = _sound()
    return whole[: whole.rfind(b"startxref")] + tail


def _renumbered(offset: bytes) -> bytes:
    head, table = _sound().split(b"xref\n", 1)
    lines = [offset + line[10:] if line.endswith(b" n ") else line for line in table.split(b"\n")]
    return head + b"xref\n" + b"\n".join(lines)


def _with_table(table: bytes) -> bytes:
    whole = _sound()
    start, end = whole.find(b"xref\n"), whole.find(b"trailer")
    return whole[:start] + table + whole[end:]


def _with_prev(entry: object) -> bytes:
    whole = _sound()
    start = whole.find(b"xref\n")
    return whole.replace(b"/Root", entry(start) + b" /Root")  # type: ignore[operator]


def _chain(length: int) -> bytes:
    out = bytearray(_sound())
    start = out.find(b"xref\n")
    for _ in range(length):
        at = len(out)
        out += b"xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (start, at)
        start = at
    return bytes(out)


def _rooted(root: bytes) -> bytes:
    return _sound().replace(b"/Root 1 0 R", b"/Root " + root)


def _looped_root() -> bytes:
    pdf = RawPdf()
    pdf.add(b"2 0 R")
    pdf.add(b"1 0 R")
    return pdf.bytes()


def _xref_stream(entries: bytes, *, bomb: bool = False) -> bytes:
    whole = _sound()
    body = whole[: whole.find(b"xref\n")]
    rows = b"".join(b"\1" + max(0, body.find(b"%d 0 obj" % number)).to_bytes(2, "big") + b"\0" for number in range(6))
    data = deflate_bomb(rows * 1000, 20_000) if bomb else zlib.compress(rows)
    start = len(body)
    stream = b"<< /Type /XRef /Root 1 0 R /Filter /FlateDecode /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)
    return body + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream, start)


def _objects() -> Cases:
    case = Group("pdf objects", "pdf")
    yield case("an object stream that holds itself", lambda: _object_stream(b"6 0 7 2 << >>", b"/N 2 /First 8"), COMPLETED, CORRUPT)
    yield case(
        "an object stream that extends itself", lambda: _object_stream(b"7 0 << >>", b"/N 1 /First 4 /Extends 6 0 R"), COMPLETED, CORRUPT
    )
    yield case(
        "an object stream of two thousand million", lambda: _object_stream(b"7 0 << >>", b"/N 2000000000 /First 4"), COMPLETED, CORRUPT
    )
    yield case(
        "an object stream that begins behind its end", lambda: _object_stream(b"7 0 << >>", b"/N 1 /First 99999999"), COMPLETED, CORRUPT
    )
    yield case(
        "an object stream that is a bomb", lambda: _object_stream(b"", b"/N 1 /First 4 /Filter /FlateDecode", bomb=True), COMPLETED, CORRUPT
    )
    for said in (b"-1", b"99999999999", b"4 0 R", b"(ten)", b"0", b"9 0 R"):
        yield case(f"a stream of length {said.decode()}", partial(_lengthy, said), COMPLETED, CORRUPT)
    yield case("a stream without an end", lambda: _sound().replace(b"endstream", b""), COMPLETED, CORRUPT)
    yield case("no object ends", lambda: _sound().replace(b"endobj", b""), COMPLETED, CORRUPT)
    yield case("no object begins", lambda: _sound().replace(b" 0 obj", b""), CORRUPT, EMPTY)
    yield case("arrays 100,000 deep", lambda: one_page(catalog=b"/X " + b"[" * 100_000 + b"]" * 100_000), COMPLETED, CORRUPT)
    yield case("arrays 100,000 deep that do not end", lambda: one_page(catalog=b"/X " + b"[" * 100_000), CORRUPT, COMPLETED, EMPTY)
    yield case("dictionaries 50,000 deep", lambda: one_page(catalog=b"/X " + b"<< /X " * 50_000 + b">>" * 50_000), COMPLETED, CORRUPT)
    yield case("a name of a million letters", lambda: one_page(catalog=b"/X /" + b"n" * 1_000_000), COMPLETED, CORRUPT)
    yield case("a string of four million letters", lambda: one_page(catalog=b"/X (" + b"s" * 4_000_000 + b")"), COMPLETED)
    yield case("a string of a million brackets", lambda: one_page(catalog=b"/X (" + b"(" * 1_000_000 + b")" * 1_000_000 + b")"), COMPLETED)
    yield case("a dictionary of 50,000 keys", lambda: one_page(catalog=b" ".join(b"/K%d %d" % (n, n) for n in range(50_000))), COMPLETED)
    for what in (b"/MediaBox", b"/Contents", b"/Resources", b"/Rotate"):
        page = b"%s 6 0 R" % what
        objects = (b"7 0 R", b"6 0 R")
        yield case(
            f"{what.decode()[1:]} is a loop of references",
            partial(one_page, page=page, objects=objects),
            COMPLETED,
            CORRUPT,
        )
    yield case("an object number of two thousand million", lambda: one_page(catalog=b"/X 2147483647 0 R /Y 99999999999 0 R"), COMPLETED)
    yield case("an object numbered two thousand million", lambda: _sound().replace(b"5 0 obj", b"2147483646 0 obj"), COMPLETED, CORRUPT)
    yield case("every object twice", _twice, COMPLETED)
    yield case("200 updates", _updated, COMPLETED)
    yield case(
        "a million bytes of comments", lambda: _sound().replace(b"1 0 obj", b"%" + b"c" * 1_000_000 + b"\n1 0 obj", 1), COMPLETED, CORRUPT
    )
    yield case("NUL bytes for spaces", lambda: _sound().replace(b" /", b"\0/"), COMPLETED)
    yield case("carriage returns for line feeds", lambda: _sound().replace(b"\n", b"\r"), COMPLETED, CORRUPT)
    yield case("a file linearized by its own word", lambda: _linearized(), COMPLETED, CORRUPT)
    yield case("nothing but the header", lambda: b"%PDF-1.7\n", CORRUPT, EMPTY)
    yield case("nothing but the header and the end", lambda: b"%PDF-1.7\n%%EOF\n", CORRUPT, EMPTY)
    yield case("version 99.99", lambda: _sound().replace(b"%PDF-1.7", b"%PDF-99.99"), COMPLETED)
    yield case("a header 900 bytes in", lambda: b"mail header\n" * 75 + _sound(), COMPLETED)
    yield case("a header 5,000 bytes in", lambda: b"mail header\n" * 420 + _sound(), "unsupported_media_type")
    yield case("a megabyte of mail after the end", lambda: _sound() + b"-- \r\nsent by mail\r\n" * 50_000, COMPLETED)
    yield case("a megabyte of NUL after the end", lambda: _sound() + bytes(1_000_000), COMPLETED)
    yield case("two files in one", lambda: _sound() + _sound(), COMPLETED)
    yield case(
        "noise between header and end",
        lambda: b"%PDF-1.7\n" + bytes((n * 7919 >> 3) & 255 for n in range(60_000)) + b"\n%%EOF\n",
        CORRUPT,
        EMPTY,
    )
    yield case(
        "a page dictionary without an end",
        lambda: _tree(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE[:-2]),
        COMPLETED,
        CORRUPT,
        EMPTY,
    )


def _object_stream(data: bytes, entries: bytes, *, bomb: bool = False) -> bytes:
    packed = deflate_bomb(b"7 0 8 0 << /A (x) >> " * 500, 50_000) if bomb else data
    return one_page(catalog=b"/X 7 0 R", objects=(streamed(packed, b"/Type /ObjStm " + entries),))


def _lengthy(length: bytes) -> bytes:
    pdf = RawPdf()
    pdf.add(b"<< /Type /Catalog /Pages 2 0 R >>")
    pdf.add(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    pdf.add(b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>" % SMALL)
    pdf.stream(TEXT, length=length)
    pdf.add(HELVETICA)
    return pdf.bytes()


def _twice() -> bytes:
    whole = _sound()
    start = whole.find(b"1 0 obj")
    end = whole.find(b"xref\n")
    return whole[:end] + whole[start:end] + whole[end:]


def _updated() -> bytes:
    out = bytearray(_sound())
    start = out.find(b"xref\n")
    for _ in range(200):
        at = len(out)
        out += b"5 0 obj\n%s\nendobj\n" % HELVETICA
        table = len(out)
        out += b"xref\n5 1\n%010d 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (at, start, table)
        start = table
    return bytes(out)


def _linearized() -> bytes:
    head, rest = _sound().split(b"1 0 obj", 1)
    return (
        head + b"9 0 obj\n<< /Linearized 1 /L 99999999 /H [-1 99999999] /O 99999 /E -5 /N 1000000 /T 2147483648 >>\nendobj\n1 0 obj" + rest
    )
