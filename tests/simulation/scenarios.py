"""Rollouts with one candidate each, good or bad in its own way, and what the guard promises of each."""

from dataclasses import dataclass
from random import Random

from doctray.domain.rollout import OnBreach, RolloutPlan
from doctray.ports import Journal
from doctray.testing import FakeClock, MemoryJournal
from tests.simulation.candidates import CRASHING, DEAD, GOOD, HANGING, LATE, SLOW, SURE_AND_WRONG, UNSURE, Reader
from tests.simulation.world import Story, World, engine_plan, new_clock

MOST_SHARE = 0.15
"""Of all jobs that came until a bad candidate was rolled back, how many it may have touched while it was bad: the first stage's 5 %, and
twice as much again for how unevenly few jobs are dealt. docs/rollouts.md states it."""

MOST_TOUCHED = 60
"""And how many in all: min_sample documents, and those that come while the last of them are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """succeeds: the candidate is to reach 100 %; otherwise 0 %. most_share: of jobs that it may touch before."""

    name: str
    candidate: Reader
    plan: RolloutPlan
    reviewed: float = 0.0
    succeeds: bool = False
    most_share: float = MOST_SHARE
    most_touched: int = MOST_TOUCHED
    most_jobs: int = 20_000

    async def play(self, seed: int, *, journal: Journal | None = None, clock: FakeClock | None = None) -> Story:
        world = self.world(seed, journal=journal, clock=clock)
        return await world.play(most_jobs=self.most_jobs)

    def world(self, seed: int, *, journal: Journal | None = None, clock: FakeClock | None = None) -> World:
        time = clock or new_clock()
        kept = journal or MemoryJournal(clock=time)
        return World(journal=kept, clock=time, candidate=self.candidate, plan=self.plan, rng=Random(seed), reviewed=self.reviewed)

    def kept(self, story: Story) -> bool:
        if self.succeeds:
            return story.percentage == 100
        return story.percentage == 0 and story.share <= self.most_share and story.touched <= self.most_touched


SCENARIOS = (
    Scenario(name="good", candidate=GOOD, plan=engine_plan(GOOD, shadow_percentage=10), succeeds=True),
    Scenario(name="slow", candidate=SLOW, plan=engine_plan(SLOW), most_touched=100),
    Scenario(name="unsure", candidate=UNSURE, plan=engine_plan(UNSURE)),
    Scenario(name="wrong, seen by shadows", candidate=SURE_AND_WRONG, plan=engine_plan(SURE_AND_WRONG, shadow_percentage=10)),
    Scenario(name="wrong, seen by reviews", candidate=SURE_AND_WRONG, plan=engine_plan(SURE_AND_WRONG), reviewed=0.5, most_touched=150),
    Scenario(name="crashing", candidate=CRASHING, plan=engine_plan(CRASHING)),
    Scenario(name="dead", candidate=DEAD, plan=engine_plan(DEAD)),
    Scenario(name="hanging", candidate=HANGING, plan=engine_plan(HANGING)),
    Scenario(name="late", candidate=LATE, plan=engine_plan(LATE, on_breach=OnBreach.TO_ZERO), most_touched=100),
)
