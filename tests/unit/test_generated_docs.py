"""The pages that follow from the code are in step with it, and the check that says so can fail."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from doctray.config import GROUPS, env_names
from doctray.domain.errors import catalogue

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def every_name() -> Iterator[str]:
    for group in GROUPS:
        for field in group.model_fields:
            yield from env_names(group, field)


def test_the_pages_are_in_step_with_the_code(generator: ModuleType) -> None:
    stale = [path.name for path, text in generator.wanted() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run scripts/generate_docs.py"


def test_check_fails_and_names_the_page_that_is_out_of_step(
    generator: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    for name in (*generator.PAGES, ".env.example"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    errors = tmp_path / "docs" / "errors.md"
    errors.write_text(errors.read_text(encoding="utf-8").replace("| `queue_full` | 503 |", "| `queue_full` | 200 |"), encoding="utf-8")
    assert generator.main(["--check"], root=tmp_path) == 1
    assert "docs/errors.md" in capsys.readouterr().err
    assert generator.main([], root=tmp_path) == 0
    assert errors.read_bytes() == (ROOT / "docs" / "errors.md").read_bytes()


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert [code for code in catalogue() if f"| `{code}` |" not in page] == []


@pytest.mark.parametrize("page", ["README.md", "docs/configuration.md"])
def test_every_name_of_a_setting_is_in_the_tables(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [name for name in every_name() if f"`{name}`" not in text] == []


def test_a_copy_of_the_example_env_changes_nothing() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
