"""Looks at something every so often while a measurement runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def looking(look: Callable[[], None], *, every_s: float) -> Iterator[None]:
    """`look` is called in a thread of its own, first after `every_s`; never again once the context has ended."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(every_s):
            look()

    watcher = threading.Thread(target=watch, name="watcher")
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
