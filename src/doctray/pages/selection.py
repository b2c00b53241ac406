"""The option `pages`: which pages of a document to read."""

import re

from doctray.domain.errors import InvalidOption, TooManyPages

_PART = re.compile(r"([1-9][0-9]{0,8})(?:\s*-\s*([1-9][0-9]{0,8}))?")


def select_pages(option: str | None, *, page_total: int, max_pages: int) -> tuple[int, ...]:
    """Numbers of the pages to read, from 1, ascending, each once. option: "1-3,5"; None or blank: all pages.

    Raises InvalidOption (not such a list, or a page outside the document) or TooManyPages (more than max_pages are chosen).
    """
    ranges = [(1, page_total)] if option is None or not option.strip() else [_range(part, page_total) for part in option.split(",")]
    # counted before they are listed: "1-999999999" must not take memory
    if max(last - first + 1 for first, last in ranges) > max_pages:
        raise _too_many(page_total, max_pages)
    chosen: set[int] = set()
    for first, last in ranges:
        chosen.update(range(first, last + 1))
        if len(chosen) > max_pages:
            raise _too_many(page_total, max_pages)
    return tuple(sorted(chosen))


def _range(part: str, page_total: int) -> tuple[int, int]:
    match = _PART.fullmatch(part.strip())
    if match is None:
        raise InvalidOption('pages must be a list of page numbers and ranges such as "1-3,5".')
    first = int(match[1])
    last = int(match[2] or first)
    if last < first:
        raise InvalidOption(f"pages: the range {first}-{last} runs backwards.")
    if last > page_total:
        raise InvalidOption(f"pages: the document has {page_total} pages, so there is no page {last}.")
    return first, last


def _too_many(page_total: int, max_pages: int) -> TooManyPages:
    return TooManyPages(f"The document has {page_total} pages; at most {max_pages} are read. The option pages can choose some.")
