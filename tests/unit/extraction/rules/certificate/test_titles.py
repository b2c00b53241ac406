import time

from doctray.domain.document import Box, Document, Line, Page, PageSource, Word
from doctray.extraction.rules.certificate.titles import title_of
from doctray.extraction.rules.reading import sheets_of


def test_a_row_of_thousands_of_words_is_looked_through_in_seconds() -> None:
    """Joining them one by one takes minutes, in a thread of the worker that nothing can stop."""
    lines = tuple(
        Line(words=tuple(Word(text="CERTIFICATE", box=Box(50 * c, r * 0.2, 50 * c + 45, 10 + r * 0.2), confidence=1.0) for c in range(20)))
        for r in range(150)
    )
    page = Page(number=1, width=1200, height=1600, source=PageSource.TEXT_LAYER, lines=lines)
    (sheet,) = sheets_of(Document(pages=(page,), page_total=1))
    started = time.thread_time()
    title_of(sheet)
    assert time.thread_time() - started < 10
