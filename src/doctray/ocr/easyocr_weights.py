"""EasyOCR's .pth files as numpy arrays, read without torch.

torch's two file formats are pickles beside raw storages. Only the names that a state dict of float tensors needs can be unpickled, so a
hostile file can do no more than fail; `torch.load`, as EasyOCR calls it, would run its code.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

StateDict = Mapping[str, NDArray[np.float32]]

_DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
# torch.serialization: how a file of the format before 1.6 begins.
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C


def read_state_dict(path: Path) -> StateDict:
    """Its tensors by name, without the prefix that torch's DataParallel puts before each. Raises OSError, or ValueError for a file that
    is not of torch or holds something else."""
    data = path.read_bytes()
    try:
        tensors = _from_zip(data) if zipfile.is_zipfile(io.BytesIO(data)) else _from_legacy(data)
    except (pickle.UnpicklingError, EOFError, LookupError, TypeError, AttributeError, struct.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name} is not a file of torch") from error
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


@dataclass(slots=True)
class _Storage:
    """One run of numbers. Of the older format, values come after the tensors that are cut from it."""

    dtype: np.dtype[Any]
    size: int
    values: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self) -> NDArray[np.float32]:
        values = self.storage.values
        assert values is not None
        last = self.offset + sum((length - 1) * step for length, step in zip(self.shape, self.strides, strict=True))
        if not 0 <= self.offset <= last < len(values):
            raise ValueError("a tensor lies outside its storage")
        steps = [step * values.itemsize for step in self.strides]
        return np.array(np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps), np.float32)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: IO[bytes], storage_of: Callable[[str, np.dtype[Any], int], _Storage]) -> None:
        super().__init__(file)
        self._storage_of = storage_of

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "collections", "OrderedDict":
                return OrderedDict
            case "torch._utils", "_rebuild_tensor_v2":
                return _rebuilt
            case "torch", _ if name in _DTYPES:
                return _DTYPES[name]
            case _:
                raise ValueError(f"weights hold a {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        _, dtype, key, _, size = pid[:5]
        return self._storage_of(str(key), dtype, int(size))


def _rebuilt(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


def _from_zip(data: bytes) -> dict[str, NDArray[np.float32]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        head = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if head is None:
            raise ValueError("not a file of torch")
        folder = head.removesuffix("data.pkl")

        def stored(key: str, dtype: np.dtype[Any], size: int) -> _Storage:
            return _Storage(dtype, size, np.frombuffer(archive.read(f"{folder}data/{key}"), dtype, size))

        tensors = _Unpickler(io.BytesIO(archive.read(head)), stored).load()
        return {name: tensor.array() for name, tensor in tensors.items() if isinstance(tensor, _Tensor)}


def _from_legacy(data: bytes) -> dict[str, NDArray[np.float32]]:
    file = io.BytesIO(data)
    storages: dict[str, _Storage] = {}

    def declared(key: str, dtype: np.dtype[Any], size: int) -> _Storage:
        return storages.setdefault(key, _Storage(dtype, size))

    def following() -> Any:
        return _Unpickler(file, declared).load()

    if following() != _LEGACY_MAGIC:
        raise ValueError("not a file of torch")
    following()  # the format's version
    following()  # the writer's byte order and integer sizes
    tensors = following()
    for key in following():
        storage = storages[key]
        (size,) = struct.unpack("<q", file.read(8))
        storage.values = np.frombuffer(file.read(size * storage.dtype.itemsize), storage.dtype, size)
    return {name: tensor.array() for name, tensor in tensors.items() if isinstance(tensor, _Tensor)}
