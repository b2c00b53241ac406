import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.ocr import calibration
from doctray.ocr.runtimes import Backend, Network, Precision

FP32, BF16, INT8 = (Backend(runtime="openvino", precision=precision) for precision in (Precision.FP32, Precision.BF16, Precision.INT8))


class Instant:
    backend = "instant"
    batch_sizes: Sequence[int] = (1,)
    crop_px: int = 4096

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.zeros((1, 1, 1, 2), np.float32)

    def each(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        return map(self, batches)

    def release(self) -> None:
        pass


class Loader:
    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, backend: Backend) -> Network:
        self.loaded.append(backend.name)
        return Instant()


@pytest.fixture(autouse=True)
def a_cpu_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "cpu_precisions", lambda: (Precision.BF16, Precision.FP32))
    monkeypatch.setattr(calibration, "cpu_multiplies_bytes", lambda: True)


def best(loader: Loader, cache_dir: Path | None) -> Backend:
    return calibration.best_backend(device="cpu", threads=2, cache_dir=cache_dir, detector=loader)


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [((1.0, 0.5, 0.3), INT8), ((1.0, 0.5, 0.48), BF16), ((1.0, 0.95, 0.9), FP32), ((1.0, 2.0, 0.4), INT8)],
)
def test_less_precision_is_taken_only_where_it_is_clearly_quicker(seconds: tuple[float, ...], chosen: Backend) -> None:
    candidates = [FP32, BF16, INT8]
    measured = dict(zip((backend.name for backend in candidates), seconds, strict=True))
    assert calibration.quickest(candidates, measured) == chosen


def test_what_was_measured_is_remembered_for_the_next_start(tmp_path: Path) -> None:
    first, second = Loader(), Loader()
    best(first, tmp_path / "cache")
    assert first.loaded == ["openvino-fp32", "openvino-bf16", "openvino-int8"]
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text(json.dumps({"openvino-fp32": 1.0, "openvino-bf16": 0.5, "openvino-int8": 0.3}))
    assert best(second, tmp_path / "cache") == INT8
    assert second.loaded == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"openvino-fp32": null}', '{"openvino-fp32": 1.0}'])
def test_a_damaged_memory_is_measured_anew(tmp_path: Path, content: str) -> None:
    best(Loader(), tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(content)
    loader = Loader()
    best(loader, tmp_path)
    assert len(loader.loaded) == 3


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert best(Loader(), tmp_path / "file" / "cache") in (FP32, BF16, INT8)


def test_a_cpu_without_choice_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "cpu_precisions", lambda: (Precision.FP32,))
    monkeypatch.setattr(calibration, "cpu_multiplies_bytes", lambda: False)
    loader = Loader()
    assert best(loader, None) == FP32
    assert loader.loaded == []


@pytest.mark.parametrize("name", ["openvino-bf16", "openvino-int8", "torch-fp32", "torch-bf16-channels-last", "cuda-fp16-channels-last"])
def test_a_backend_is_known_by_its_name(name: str) -> None:
    assert Backend.of(name).name == name


@pytest.mark.parametrize("name", ["", "openvino", "openvino-fp64", "tensorrt-fp16", "torch-fp32-sideways"])
def test_a_backend_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        Backend.of(name)
