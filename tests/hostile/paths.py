"""`file_path`: out of the documents folder by every way that a path, a link or a special file offers."""

from collections.abc import Iterator
from functools import partial

from tests.hostile.case import Case
from tests.hostile.target import Target
from tests.hostile.wire import Answer

REFUSED = ("422 path_outside_documents",)

PATHS = {
    "up": "../outside.pdf",
    "up and up": "../../../../../../etc/passwd",
    "up within": "folder/../../outside.pdf",
    "absolute": "/etc/passwd",
    "absolute with two slashes": "//etc/passwd",
    "percent-encoded": "%2e%2e/outside.pdf",
    "twice percent-encoded": "%252e%252e%252foutside.pdf",
    "backslashes": "..\\outside.pdf",
    "overlong UTF-8 in escapes": "..%c0%af..%c0%afetc/passwd",
    "fullwidth dots": "．．/outside.pdf",
    "four dots": "..../outside.pdf",
    "home": "~/outside.pdf",
    "a link out": "out",
    "a link to the folder above": "up/outside.pdf",
    "a link to itself": "loop",
    "a link to nothing": "dangling",
    "a link to a device": "zero",
    "a link to procfs": "environment",
    "procfs": "/proc/self/environ",
    "a descriptor": "/dev/fd/0",
    "a device": "/dev/zero",
    "a fifo": "fifo",
    "a socket": "socket",
    "a folder": "folder",
    "the folder itself": ".",
    "nothing": "",
    "nothing there": "no-such.pdf",
    "below a file": "good.pdf/good.pdf",
    "a file name that is too long": "a" * 300,
    "a path that is too long": "folder/" * 1000 + "good.pdf",
    "NUL": "good.pdf\x00.png",
    "a URL": "file:///etc/passwd",
    "a UNC path": "\\\\host\\share\\a.pdf",
    "the journal": "../journal.sqlite3",
    "the key": "../secret.key",
    "a prefix of the folder's name": "../documents-of-others/a.pdf",
}

ROUTES = ("/process-insurance-certificate", "/process-certificate", "/process-timetable", "/process")


def cases() -> Iterator[Case]:
    for name, path in PATHS.items():
        # Nothing at all counts as not given.
        must = ("400 malformed_request", *REFUSED) if name == "nothing" else REFUSED
        yield Case(group="file_path", name=name, act=partial(_submitted, path), must=must)
    for route in ROUTES:
        yield Case(group="file_path", name=f"{route}, up", act=partial(_submitted, "../outside.pdf", route=route), must=REFUSED)
    yield Case(group="file_path", name="in a batch", act=_in_a_batch, must=("202, refused in its place path_outside_documents",))
    yield Case(group="file_path", name="beside a url", act=_beside, must=("400 malformed_request",))
    yield Case(group="file_path", name="a number", act=partial(_submitted, 4711), must=("400 malformed_request",))
    yield Case(group="file_path", name="a file without bytes", act=partial(_submitted, "empty.pdf"), must=("422 empty_document",))


def _submitted(path: object, target: Target, *, route: str = "/v1/jobs") -> Answer:
    return target.post_json(route, {"file_path": path})


def _beside(target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"file_path": "good.pdf", "url": "http://example.com/"})


def _in_a_batch(target: Target) -> Answer:
    answer = target.post_json("/v1/batches", {"sources": [{"file_path": "../outside.pdf"}]})
    return in_place(answer)


def in_place(answer: Answer) -> Answer:
    """What a batch said about its first document."""
    if answer.status != 202:
        return answer
    batch = answer.json()
    assert isinstance(batch, dict)
    first = batch["documents"][0]
    error = first.get("error")
    return answer.saying(f"202, refused in its place {error['code']}" if error else "202, accepted")
