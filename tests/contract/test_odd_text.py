"""Odd words are simply nobody's: ids and filters come from strangers. (A NUL, which PostgreSQL cannot hold, ends at the HTTP border.)"""

import pytest

from doctray.ports import JobQuery
from doctray.storage.journal_sql import SqlJournal
from doctray.testing import MemoryJournal

Journal = SqlJournal | MemoryJournal


@pytest.mark.parametrize("text", ["'; DROP TABLE jobs; --", "\u202e", "%", "_", "𝔸"])
async def test_an_odd_id_or_filter_finds_nothing(journal: Journal, text: str) -> None:
    assert await journal.get(text) is None
    assert await journal.batch(text) is None
    assert await journal.list_jobs(JobQuery(owner=None, q=text)) == ([], None)
    assert await journal.redeliver(text, owner="acme") is None
    assert not await journal.revoke_key(text)
    assert await journal.find_key(text) is None
