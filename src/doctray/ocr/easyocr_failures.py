"""What the libraries of an OCR engine raise, as errors of ours."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from doctray.domain.errors import DoctrayError, EngineFailure, EngineOutOfMemory

# Of torch's CPU allocator, of OpenVINO and of CUDA's libraries, all of them RuntimeErrors.
_NO_MEMORY = ("can't allocate memory", "bad_alloc", "out of memory", "STATUS_ALLOC_FAILED")
_CV_NO_MEMORY = -4


@contextmanager
def failures_named(engine: str = "EasyOCR") -> Iterator[None]:
    """Library errors as EngineOutOfMemory or EngineFailure. engine: as people call it.

    Silences what EasyOCR makes torch warn of on every page.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'pin_memory' argument is set as true")
            warnings.filterwarnings("ignore", message="RNN module weights are not part of single contiguous chunk")
            yield
    except DoctrayError:
        raise
    except Exception as error:
        if _is_out_of_memory(error):
            raise EngineOutOfMemory from error
        raise EngineFailure(f"{engine} failed ({type(error).__name__})") from error


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, cv2.error):
        return getattr(error, "code", 0) == _CV_NO_MEMORY
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _NO_MEMORY)
