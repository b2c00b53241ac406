"""A page that an engine has read, completed with what only the document and its image knew. Pure; for the worker."""

from doctray.domain.document import Page
from doctray.pages.layout import lines_of
from doctray.ports import PageExtras


def completed(page: Page, extras: PageExtras) -> Page:
    """Its ruling segments and form fields added, and its words in lines that end at the rules between cells."""
    lines = lines_of(tuple(page.words), segments=extras.segments) if extras.segments else page.lines
    return page.evolve(lines=lines, segments=extras.segments, form_fields=extras.form_fields, placement=extras.placement)
