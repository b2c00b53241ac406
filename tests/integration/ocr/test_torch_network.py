"""The path that GPUs take; on a CPU the same lines run, on torch's streams that do nothing."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from doctray.domain.document import Page
from doctray.domain.errors import EngineOutOfMemory
from doctray.ocr.craft_detector import CraftDetector, PageBatches
from doctray.ocr.easyocr_engine import EasyOcrEngine
from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.easyocr_networks import Networks
from doctray.ocr.runtimes import Backend
from doctray.ocr.torch_network import TorchNetwork
from tests.engines.images import a_printed_page, page_of

pytestmark = pytest.mark.slow

FP32 = Backend.of("cuda-fp32-channels-last")
NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=(pytest.mark.gpu, NO_GPU))])
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Doubling(torch.nn.Module):
    """Has room for so many images at once."""

    def __init__(self, room: int = 1000) -> None:
        super().__init__()
        self.room = room
        self.counts: list[int] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.counts.append(len(images))
        if len(images) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return images.to(torch.float32) * 2


def network(module: torch.nn.Module, device: str) -> TorchNetwork:
    return TorchNetwork(module, backend=FP32, device=device)


def batches(count: int) -> list[NDArray[np.uint8]]:
    return [np.full((4, 2, 2), number, np.uint8) for number in range(count)]


def test_outputs_come_in_order_and_the_next_batches_are_on_their_way_by_then(device: str) -> None:
    taken: list[int] = []

    def given() -> Iterator[NDArray[np.uint8]]:
        for number, batch in enumerate(batches(6)):
            taken.append(number)
            yield batch

    found = network(Doubling(), device).each(given())
    for number in range(6):
        assert (next(found) == 2 * number).all()
        assert taken[-1] == min(5, number + 2)
    assert next(found, None) is None


def test_no_batches_no_outputs(device: str) -> None:
    assert list(network(Doubling(), device).each([])) == []


def test_a_batch_that_does_not_fit_is_computed_in_halves_and_later_ones_without_trying(device: str) -> None:
    module = Doubling(room=1)
    small = network(module, device)
    found = list(small.each([*batches(2), np.full((1, 2, 2), 9, np.uint8)]))
    assert [(len(output), output[0, 0, 0]) for output in found] == [(4, 0), (4, 2), (1, 18)]
    assert module.counts == [4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]


def test_one_image_that_does_not_fit_is_out_of_memory(device: str) -> None:
    with pytest.raises(EngineOutOfMemory), failures_named():
        network(Doubling(room=0), device)(batches(1)[0])


def test_what_a_gpus_libraries_say_of_memory_is_understood() -> None:
    for told in ("CUDA error: out of memory", "cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_ALLOC_FAILED when calling"):
        with pytest.raises(EngineOutOfMemory), failures_named():
            raise RuntimeError(told)


def test_several_threads_may_call_at_once(device: str) -> None:
    shared, ready = network(Doubling(), device), threading.Barrier(4)

    def doubled(number: int) -> bool:
        ready.wait(60)
        return all((output == 2 * number).all() for output in shared.each([np.full((3, 8), number, np.uint8)] * 20))

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(doubled, range(4)))


@cache
def networks(device: str, backend: str = FP32.name) -> Networks:
    return Networks(backend=Backend.of(backend), device=device, models_dir=None, threads=2)


def pictures() -> list[Image.Image]:
    """Two of like shape, and one without ink."""
    return [
        a_printed_page("Course 204 passed", width=300),
        Image.new("RGB", (200, 100), "white"),
        a_printed_page("Total $1,000,000", width=290),
    ]


def test_pages_seen_together_have_the_boxes_that_each_has_alone(device: str) -> None:
    rgbs = [np.asarray(picture) for picture in pictures()]
    pages = [(rgb, np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)) for rgb in rgbs]
    network = networks(device).detector()
    together = CraftDetector(network, together=PageBatches(quantum_px=128))
    found = together.find_all(pages)
    assert [bool(polygons) for polygons in found] == [True, False, True]
    for page, polygons in zip(pages, found, strict=True):
        assert np.allclose(together.find(*page), polygons, atol=4)
    on_openvino = Networks(backend=Backend.of("openvino-fp32"), device="cpu", models_dir=None, threads=2).detector()
    here, there = (CraftDetector(network, together=PageBatches(quantum_px=32)), CraftDetector(on_openvino))
    assert np.allclose(here.find(*pages[0]), there.find(*pages[0]), atol=4)


def agree(pages: list[Page], others: list[Page]) -> bool:
    return [page.text for page in pages] == [page.text for page in others] and np.allclose(
        [word.confidence for page in pages for word in page.words], [word.confidence for page in others for word in page.words], atol=1e-3
    )


def test_pages_read_side_by_side_read_as_each_does_alone(device: str) -> None:
    engine = EasyOcrEngine(networks(device), threads=4)
    images = [page_of(picture, number=number) for number, picture in enumerate((pictures() * 2)[:5], start=1)]
    pages = engine.read(images)
    assert [page.number for page in pages] == [1, 2, 3, 4, 5]
    assert agree(pages[:2], pages[3:])
    assert agree(pages[:2], [engine.read([image])[0] for image in images[:2]])
    assert [page.text for page in pages[:3]] == ["Course 204 passed", "", "Total $1,000,000"]


@pytest.mark.full
def test_a_page_on_its_side_and_one_on_its_head_are_put_upright_among_others(device: str) -> None:
    lines = ("Certificate of Training", "awarded to Maria Keller", "on 14 March 2026")
    picture = a_printed_page(*lines, width=420)
    turns = (0, 90, 180)
    engine = EasyOcrEngine(networks(device), threads=4)
    pages = engine.read([page_of(picture.rotate(turn, expand=True), number=number) for number, turn in enumerate(turns, start=1)])
    assert [page.rotation for page in pages] == list(turns)
    assert {page.text for page in pages} == {"\n".join(lines)}


def test_a_page_in_bf16_reads_the_same() -> None:
    engine = EasyOcrEngine(networks("cpu", "cuda-bf16-channels-last"), threads=2)
    (page,) = engine.read([page_of(pictures()[0])])
    assert page.text == "Course 204 passed"
    assert engine.backend == "cuda-bf16-channels-last"


@pytest.mark.gpu
@NO_GPU
def test_a_page_in_fp16_reads_the_same_within_little_of_the_gpus_memory() -> None:
    total = torch.cuda.mem_get_info(0)[1]
    torch.cuda.set_per_process_memory_fraction(min(1.0, 2e9 / total), 0)
    try:
        engine = EasyOcrEngine(networks("cuda", "cuda-fp16-channels-last"), threads=8)
        pages = engine.read([page_of(picture, number=number) for number, picture in enumerate(pictures() * 8, start=1)])
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, 0)
    assert [page.text for page in pages] == ["Course 204 passed", "", "Total $1,000,000"] * 8
