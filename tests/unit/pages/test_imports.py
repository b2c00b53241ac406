import subprocess
import sys

HEAVY = ("pymupdf", "cv2", "numpy", "PIL", "pillow_heif")


def test_worker_and_api_load_no_decoder_with_what_they_use_of_pages() -> None:
    script = (
        "import sys, doctray.pages.sniff, doctray.pages.selection, doctray.pages.layout, doctray.pages.process; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
