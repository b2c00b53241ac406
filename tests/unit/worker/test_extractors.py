"""Extractors as the settings configure them."""

import subprocess
import sys
from contextlib import AsyncExitStack

import pytest
from prometheus_client import REGISTRY

from doctray.config import Llm, Settings, SettingsError
from doctray.extraction.breaker import Circuit
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.testing import FakeClock
from doctray.worker.extractors import fingerprint_of, limits_of, open_extractors
from doctray.worker.observe import MetricsModelObserver

NAMES = ("GEMINI_API_KEY", "GEMINI_MODEL", "LLM_BASE_URL", "LLM_MODEL", "LLM_API_KEY", "DEFAULT_EXTRACTOR", "LLM_PRICES")
OURS = {"LLM_BASE_URL": "http://127.0.0.1:11434/v1/", "LLM_MODEL": "llama"}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> type[Llm]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return Llm


def given(monkeypatch: pytest.MonkeyPatch, **env: str) -> Llm:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return Settings().llm


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({}, ("rules",)),
        ({"GEMINI_API_KEY": "k"}, ("gemini", "rules")),
        ({"GEMINI_API_KEY": ""}, ("rules",)),
        (OURS, ("openai_compatible", "rules")),
        ({**OURS, "GEMINI_API_KEY": "k"}, ("openai_compatible", "gemini", "rules")),
        ({**OURS, "GEMINI_API_KEY": "k", "DEFAULT_EXTRACTOR": "gemini"}, ("gemini", "openai_compatible", "rules")),
        ({"GEMINI_API_KEY": "k", "DEFAULT_EXTRACTOR": "rules"}, ("rules", "gemini")),
    ],
)
@pytest.mark.usefixtures("settings")
def test_what_is_configured_and_which_is_the_default(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], names: tuple[str, ...]) -> None:
    assert given(monkeypatch, **env).extractors == names


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"LLM_BASE_URL": "http://x/v1"}, "LLM_MODEL"),
        ({"LLM_MODEL": "m"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "ftp://x/v1", "LLM_MODEL": "m"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://user:pw@x/v1", "LLM_MODEL": "m"}, "settings of their own"),
        ({"DEFAULT_EXTRACTOR": "gemini"}, "GEMINI_API_KEY"),
        ({"DEFAULT_EXTRACTOR": "magic"}, "DEFAULT_EXTRACTOR"),
        ({"LLM_TIMEOUT_SECONDS": "0"}, "LLM_TIMEOUT_SECONDS"),
        ({"LLM_PRICES": '{"m": [-1, 2]}'}, "LLM_PRICES"),
        ({"LLM_PRICES": '{"m": 1}'}, "LLM_PRICES"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_settings_that_cannot_work_are_named(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        given(monkeypatch, **env)
    assert "pw" not in str(refused.value)


@pytest.mark.usefixtures("settings")
def test_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = given(monkeypatch, GEMINI_API_KEY="s3cret", LLM_API_KEY="s3cret", **OURS)
    assert "s3cret" not in repr(llm)
    assert "s3cret" not in llm.model_dump_json()


@pytest.mark.usefixtures("settings")
async def test_extractors_are_opened_by_name_and_share_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    llm = given(monkeypatch, GEMINI_API_KEY="k", LLM_PAGE_IMAGES="2", LLM_TIMEOUT_SECONDS="7", **OURS)
    async with AsyncExitStack() as stack:
        found = open_extractors(llm, rules=RulesExtractor(), clock=FakeClock(), stack=stack)
        assert {name: extractor.model for name, extractor in found.items()} == {
            "rules": None,
            "gemini": llm.gemini_model,
            "openai_compatible": "llama",
        }
    assert (limits_of(llm).page_images, limits_of(llm).timeout_s) == (2, 7.0)


@pytest.mark.usefixtures("settings")
async def test_whatever_shapes_the_fields_is_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for changes in (
        {},
        OURS,
        {"LLM_MODEL": "other"},
        {"LLM_PAGE_IMAGES": "1"},
        {"DEFAULT_EXTRACTOR": "rules"},
        {"LLM_MAX_INPUT_TOKENS": "900"},
    ):
        llm = given(monkeypatch, **changes)
        async with AsyncExitStack() as stack:
            seen.add(fingerprint_of(open_extractors(llm, rules=RulesExtractor(), clock=FakeClock(), stack=stack), llm))
    assert len(seen) == 6


def test_a_worker_with_a_key_loads_googles_library_only_when_it_asks() -> None:
    code = (
        "import asyncio, sys\n"
        "from contextlib import AsyncExitStack\n"
        "from doctray.clock import SystemClock\nfrom doctray.config import Settings\n"
        "from doctray.extraction.rules.extractor import RulesExtractor\nfrom doctray.worker.extractors import open_extractors\n"
        "async def main():\n"
        "    async with AsyncExitStack() as stack:\n"
        "        open_extractors(Settings().llm, rules=RulesExtractor(), clock=SystemClock(), stack=stack)\n"
        "asyncio.run(main())\nprint('google.genai' in sys.modules)"
    )
    env = {"GEMINI_API_KEY": "k", "PATH": ""}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=env)
    assert said.stdout.split() == ["False"]


def test_tokens_cost_what_the_price_says() -> None:
    observer = MetricsModelObserver(extractor="gemini", model="priced", price=(0.5, 4.0))
    observer.spent(1_000_000, 500_000)
    free = MetricsModelObserver(extractor="gemini", model="free", price=None)
    free.spent(10, 10)
    assert REGISTRY.get_sample_value("doctray_llm_cost_total", {"extractor": "gemini", "model": "priced"}) == 2.5
    assert REGISTRY.get_sample_value("doctray_llm_cost_total", {"extractor": "gemini", "model": "free"}) is None
    labels = {"extractor": "gemini", "model": "priced", "direction": "output"}
    assert REGISTRY.get_sample_value("doctray_llm_tokens_total", labels) == 500_000


def test_the_circuit_is_in_one_state() -> None:
    observer = MetricsModelObserver(extractor="gemini", model="m", price=None)
    observer.circuit(Circuit.CLOSED)
    observer.circuit(Circuit.OPEN)
    shown = {
        state: REGISTRY.get_sample_value("doctray_llm_circuit", {"extractor": "gemini", "model": "m", "state": state}) for state in Circuit
    }
    assert shown == {Circuit.CLOSED: 0.0, Circuit.HALF_OPEN: 0.0, Circuit.OPEN: 1.0}
