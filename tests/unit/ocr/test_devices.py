import os

import pytest

from doctray.ocr.devices import arithmetic, available_cores, resolve, visible_device


@pytest.mark.parametrize(
    ("setting", "gpus", "devices"),
    [
        ("cpu", 2, ("cpu",)),
        ("auto", 0, ("cpu",)),
        ("auto", 2, ("0", "1")),
        (" AUTO ", 1, ("0",)),
        ("0", 0, ("0",)),
        ("0, 1", 4, ("0", "1")),
        ("03", 4, ("3",)),
    ],
)
def test_the_setting_names_devices(setting: str, gpus: int, devices: tuple[str, ...]) -> None:
    assert resolve(setting, gpus=gpus) == devices


@pytest.mark.parametrize("setting", ["", "gpu", "0,", "0,cpu", "-1", "1.5", "0,0", "²"])
def test_nonsense_is_refused_by_name(setting: str) -> None:
    with pytest.raises(ValueError, match="WORKER_DEVICES"):
        resolve(setting, gpus=4)


@pytest.mark.parametrize(
    ("given", "device", "visible"),
    [(None, "cpu", ""), ("4,5", "cpu", ""), (None, "1", "1"), ("4,5", "1", "5"), ("GPU-aa,GPU-bb", "0", "GPU-aa"), ("4", "1", "1")],
)
def test_a_schedulers_choice_of_gpus_holds(monkeypatch: pytest.MonkeyPatch, given: str | None, device: str, visible: str) -> None:
    if given is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)
    assert visible_device(device) == visible


def test_cores_are_those_of_this_process() -> None:
    assert 1 <= available_cores() <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("device", "flags", "told"),
    [
        ("cpu", {"avx512_vnni", "avx512_bf16", "sse"}, "cpu-int8-bf16-fp32"),
        ("cpu", {"avx_vnni", "avx2"}, "cpu-int8-fp32"),
        ("cpu", {"avx2"}, "cpu-fp32"),
        ("0", {"avx2"}, "gpu-fp16"),
    ],
)
def test_machines_that_compute_in_other_precisions_are_told_apart(device: str, flags: set[str], told: str) -> None:
    assert arithmetic(device, flags=frozenset(flags)) == told
