"""How long a busy model is waited for."""

from random import Random

import pytest

from doctray.extraction.asking_again import ATTEMPTS, LONGEST_PAUSE_S, asked_again, pause_s
from doctray.extraction.language_model import ModelBusy
from doctray.testing import FakeClock


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_a_pause_that_is_named_is_kept_and_at_most_a_little_longer(jitter: float) -> None:
    assert 10.0 <= pause_s(3, named_s=10.0, jitter=jitter) <= 12.2


@pytest.mark.parametrize("attempt", range(1, 12))
def test_without_a_name_pauses_grow_to_a_limit_and_are_spread(attempt: int) -> None:
    least, most = pause_s(attempt, named_s=None, jitter=0.0), pause_s(attempt, named_s=None, jitter=1.0)
    assert most == 2 * least
    assert most <= LONGEST_PAUSE_S
    assert pause_s(attempt + 1, named_s=None, jitter=0.0) >= least


async def test_attempts_end() -> None:
    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        raise ModelBusy(retry_after_s=0.0)

    class Still(Random):
        def random(self) -> float:
            return 0.0

    with pytest.raises(ModelBusy):
        await asked_again(ask, until=1e9, clock=FakeClock(), random=Still(), name="m")
    assert asked == ATTEMPTS


async def test_what_would_come_too_late_is_not_waited_for() -> None:
    clock = FakeClock()

    async def ask() -> None:
        raise ModelBusy(retry_after_s=60.0)

    with pytest.raises(ModelBusy):
        await asked_again(ask, until=clock.monotonic() + 59, clock=clock, random=Random(1), name="m")
