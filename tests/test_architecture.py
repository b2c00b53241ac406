"""What import-linter cannot see: the names that a process has really loaded."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "easyocr", "cv2", "numpy", "onnxruntime", "pymupdf", "fitz", "google.genai", "alembic", "PIL", "scipy")
HTTP = ("fastapi", "starlette", "uvicorn")


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("doctray.api.app", HEAVY),
        ("doctray.api.server", HEAVY),
        ("doctray.worker.main", (*HTTP, "torch", "easyocr", "cv2", "pymupdf", "alembic")),
        ("doctray.cli.main", (*HEAVY, *HTTP)),
    ],
)
def test_process_loads_only_what_it_needs(module: str, banned: tuple[str, ...]) -> None:
    code = f"import {module}, sys; print(*[name for name in {banned!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == []
