"""A spool's folder belongs to one process, from the moment it is there."""

import fcntl
from pathlib import Path

import pytest

from doctray.storage.spool import Spool


def test_a_folder_that_another_process_removes_before_it_is_locked_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flock = fcntl.flock
    taken: list[Path] = []

    def late(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and not taken:
            taken.extend(tmp_path.iterdir())
            Spool(tmp_path).close()
        flock(descriptor, operation)

    monkeypatch.setattr("doctray.storage.spool.fcntl.flock", late)
    spool = Spool(tmp_path)

    assert len(taken) == 1
    assert not taken[0].exists()
    with spool.file() as path:
        assert path.exists()
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_a_living_ones_folder_stays(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    with first.file() as path:
        Spool(tmp_path).close()
        assert path.exists()
    first.close()
