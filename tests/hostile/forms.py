"""multipart/form-data that is broken, endless, nested, or lies about names."""

from collections.abc import Iterator
from functools import partial

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer, form

REFUSED = ("400 malformed_request",)
FILE = ('form-data; name="file"; filename="a.pdf"', PDF)

TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "no boundary": ("multipart/form-data", REFUSED),
    "an empty boundary": ("multipart/form-data; boundary=", REFUSED),
    "a boundary with a line break in quotes": ('multipart/form-data; boundary="cut\\\n"', REFUSED),
    "a boundary of 10 KB": ("multipart/form-data; boundary=" + "a" * 10_000, REFUSED),
    "another boundary": ("multipart/form-data; boundary=other", REFUSED),
    "two boundaries": ("multipart/form-data; boundary=other; boundary=cut", (*REFUSED, "202")),
    "multipart/mixed": ("multipart/mixed; boundary=cut", REFUSED),
    "multipart/related": ("multipart/related; boundary=cut", REFUSED),
    "urlencoded": ("application/x-www-form-urlencoded", REFUSED),
    "a type that is no type": ("////", REFUSED),
    "no type": ("", REFUSED),
}

BODIES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "nothing": (b"", REFUSED),
    "only the end": (b"--cut--\r\n", REFUSED),
    "cut off": (form([FILE])[:200], REFUSED),
    "no end": (form([FILE])[:-9], REFUSED),
    "two files": (form([FILE, FILE]), REFUSED),
    "65 parts": (form([(f'form-data; name="metadata{number}"', b"x") for number in range(65)]), (*REFUSED, "422 invalid_option")),
    "ten thousand parts": (form([('form-data; name="languages[]"', b"en")] * 10_000), REFUSED),
    "a part with a hundred headers": (b"--cut\r\n" + b"x: y\r\n" * 100 + b"\r\nx\r\n--cut--\r\n", REFUSED),
    "a part header of 1 MB": (
        b'--cut\r\ncontent-disposition: form-data; name="' + b"a" * 1_000_000 + b'"\r\n\r\nx\r\n--cut--\r\n',
        REFUSED,
    ),
    "a part header without end": (b"--cut\r\ncontent-disposition: " + b"a" * 500_000, REFUSED),
    "a part without a name": (form([("form-data", b"x")]), REFUSED),
    "a part without a disposition": (b"--cut\r\n\r\nx\r\n--cut--\r\n", REFUSED),
    "an attachment": (form([('attachment; name="file"; filename="a.pdf"', PDF)]), REFUSED),
    "a form in a form": (
        form([('form-data; name="file"; filename="a"\r\ncontent-type: multipart/mixed; boundary=in', form([FILE], boundary="in"))]),
        ("415 unsupported_media_type", "202"),
    ),
    "base64 by transfer encoding": (
        form([('form-data; name="file"; filename="a"\r\ncontent-transfer-encoding: base64', b"JVBERi0xLjcK")]),
        ("415 unsupported_media_type",),
    ),
    "an option that there is not": (form([FILE, ('form-data; name="__proto__"', b"x")]), ("422 invalid_option",)),
    "an option with brackets": (form([FILE, ('form-data; name="metadata[a][b]"', b"x")]), ("422 invalid_option",)),
    "an option twice": (form([FILE, ('form-data; name="priority"', b"1"), ('form-data; name="priority"', b"9")]), ("422 invalid_option",)),
    "a name with NUL": (form([('form-data; name="fi\x00le"; filename="a.pdf"', PDF)]), (*REFUSED, "422 invalid_option")),
    "a field of 1 MB": (form([FILE, ('form-data; name="metadata"', b"a" * 1_000_000)]), REFUSED),
    "a field that is no UTF-8": (form([FILE, ('form-data; name="document_type"', b"\xff\xfe")]), REFUSED),
    "bytes before the form": (b"x" * 100_000 + form([FILE]), REFUSED),
    "2 MB of bytes behind the form": (form([FILE]) + b"x" * 2_000_000, ("202",)),
    "a file beyond the limit": (form([('form-data; name="file"; filename="a.pdf"', PDF + b" " * 2_200_000)]), ("413 too_large",)),
    "a file field without a file": (form([('form-data; name="file"; filename=""', b"")]), ("422 empty_document",)),
}

FILE_NAMES: dict[str, tuple[str, str]] = {
    "up": ("../../../../etc/passwd", "passwd"),
    "up with backslashes": ("..\\\\..\\\\windows\\\\win.ini", "win.ini"),
    "absolute": ("/etc/shadow", "shadow"),
    "NUL": ("a.pdf\x00.png", "a.pdf.png"),
    "right to left": ("a\u202efdp.exe", "afdp.exe"),
    "zero width": ("a\u200b\u200d.pdf", "a.pdf"),
    "control characters": ("a\x1b[31m\x07.pdf", "a[31m.pdf"),
    "very long": ("a" * 3000 + ".pdf", "a" * 251 + ".pdf"),
    "only dots": ("..", ""),
    "markup": ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    "a formula": ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    "a line break by percent": ("a%0d%0aset-cookie: a=b.pdf", "a%0d%0aset-cookie: a=b.pdf"),
}


def cases() -> Iterator[Case]:
    for name, (content_type, must) in TYPES.items():
        yield Case(group="forms", name=name, act=partial(_typed, content_type), must=must)
    for name, (body, must) in BODIES.items():
        yield Case(group="forms", name=name, act=partial(_sent, body), must=must)
    for name, (given, shown) in FILE_NAMES.items():
        yield Case(group="file names", name=name, act=partial(_named, given, shown), must=("202, and shown clean",))


def _typed(content_type: str, target: Target) -> Answer:
    named = (("content-type", content_type),) if content_type else ()
    return target.ask("POST", "/v1/jobs", *named, body=form([FILE]), key="mallory")


def _sent(body: bytes, target: Target) -> Answer:
    return target.ask("POST", "/v1/jobs", ("content-type", "multipart/form-data; boundary=cut"), body=body, key="mallory")


def _named(given: str, shown: str, target: Target) -> Answer:
    answer = target.upload(PDF, file_name=given)
    if answer.status != 202:
        return answer
    ticket = answer.json()
    assert isinstance(ticket, dict)
    job = target.ask("GET", f"/v1/jobs/{ticket['request_id']}", key="mallory").json()
    assert isinstance(job, dict)
    return answer.saying("202, and shown clean" if job["file_name"] == shown else f"202, and shown as {job['file_name']!r}")
