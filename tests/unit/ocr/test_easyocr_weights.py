import io
import os
import pickle
import zipfile
from pathlib import Path

import pytest

from doctray.ocr.easyocr_weights import read_state_dict


class Command:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("false",)


def test_weights_that_would_run_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.pth").write_bytes(pickle.dumps(Command()))
    with zipfile.ZipFile(tmp_path / "new.pth", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"weight": Command()}))
    for name in ("old.pth", "new.pth"):
        with pytest.raises(ValueError, match=r"weights hold a posix\.system"):
            read_state_dict(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"not weights", pickle.dumps(12)])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(ValueError, match="not a file of torch"):
        read_state_dict(tmp_path / "x.pth")


def test_a_zip_without_weights_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    (tmp_path / "x.pth").write_bytes(buffer.getvalue())
    with pytest.raises(ValueError, match="not a file of torch"):
        read_state_dict(tmp_path / "x.pth")
