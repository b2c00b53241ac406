"""What a blob's key may look like, the same in every store: jobs/<request_id>/…"""

import re

JOBS = "jobs"
"""First part of every key of a job's blobs."""

GONE = "The document's data are gone."

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)


def parts_of(key: str) -> list[str]:
    """The parts between slashes: letters, digits, `.`, `_` and `-`, none beginning with a dot. ValueError for anything else."""
    parts = key.split("/")
    if not all(is_part(part) for part in parts):
        raise ValueError("not a blob key")
    return parts


def folder_of(prefix: str) -> str:
    """A prefix that ends in '/', checked. ValueError for anything that is not the key of a folder."""
    return "/".join(parts_of(prefix.removesuffix("/"))) + "/"


def is_part(name: str) -> bool:
    return _PART.fullmatch(name) is not None
