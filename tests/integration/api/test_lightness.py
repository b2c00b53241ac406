"""What the API must not load, in a process of its own."""

import subprocess
import sys

NEVER = (
    "torch", "torchvision", "easyocr", "cv2", "numpy", "scipy", "PIL", "onnxruntime", "pymupdf", "fitz", "google.genai", "alembic",
    # with their settings alone
    "obstore", "asyncpg",
    # loaded when first needed
    "jsonschema", "httpx", "psutil",
)  # fmt: skip


def test_importing_the_app_loads_nothing_heavy() -> None:
    code = f"import doctray.api.app, sys; print(*[name for name in {NEVER!r} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == []
