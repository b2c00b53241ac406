"""What import-linter cannot see: the names that a process has really loaded."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HEAVY = ("torch", "torchvision", "easyocr", "cv2", "numpy", "onnxruntime", "pymupdf", "fitz", "google.genai", "alembic", "PIL", "scipy")
ROOT = Path(__file__).parents[1]
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


def test_the_drawing_shows_the_layers_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    drawn = re.findall(r"^\| (`[^|]+`) \|", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    assert [set(re.findall(r"`(\w+)`", row)) for row in drawn] == [set(layer.split(" | ")) for layer in layers]
