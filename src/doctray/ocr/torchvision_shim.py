"""Lets EasyOCR import torchvision beside CPU torch.

The default index's torchvision 0.28.0 is a CUDA build. Beside CPU torch its native operators do not load, and the import
fails with "operator torchvision::nms does not exist", because torchvision attaches shape functions to two of them by name.
EasyOCR calls neither, so declaring their names is enough. Where torchvision is whole nothing is declared.
"""

import sys
from importlib import import_module
from typing import Any, cast

_OPERATORS = ("nms", "qnms")
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
# A library object takes its declarations back when it is collected.
_declared: list[Any] = []


def import_torchvision() -> None:
    """Import torchvision, declaring the two operators first where its own cannot be loaded. Raises ImportError when it is not installed."""
    try:
        import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        _forget_half_imported()
        _declare_operators()
        import_module("torchvision")


def _forget_half_imported() -> None:
    for name in [name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")]:
        del sys.modules[name]


def _declare_operators() -> None:
    from torch.library import Library

    library: Any = cast(Any, Library)("torchvision", "FRAGMENT")
    for operator in _OPERATORS:
        library.define(operator + _SIGNATURE)
    _declared.append(library)
