#!/usr/bin/env python3
"""Replay what Dockerfile.api and Dockerfile.worker install and start, in an empty folder, on a machine without a container engine.

Each RUN of the build stage is run as it stands, with PREFIX and the working directory inside the folder. Then the tree is looked at: its
size, no compiler, no library that is missing. Then the last stage's CMD is started with that stage's ENV and a bare PATH, and its
HEALTHCHECK is asked until it says yes. Users, permissions and the base image are not replayed.

    scripts/replay_images.py FOLDER [api] [worker] [--arg NAME=VALUE …] [--report FILE] [--keep]
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MIB = 1024 * 1024
LIMIT_MIB = {"api": 200, "both": 3 * 1024}
HEALTHY_WITHIN_S = 180.0
COMPILERS = ("gcc", "g++", "cc", "c++", "clang", "cargo", "rustc", "nvcc", "make", "cmake")

BASE_LIBRARIES = re.compile(
    r"(ld-linux|libc|libm|libmvec|libdl|librt|libpthread|libutil|libresolv|libstdc\+\+|libgcc_s|libz|libcrypt|libssl|libcrypto|libffi|libbz2|liblzma"
    r"|libsqlite3|libncursesw|libtinfo|libreadline|libuuid|libexpat|libpython3\.\d+)[.-]"
)
"""What python:slim brings: Debian's essential packages and those that its Python is linked to."""

OPTIONAL_LIBRARIES = re.compile(
    r"lib(c10_cuda|torch_cuda|cuda|nvidia|nvcuda|cublas|cudnn|cufft|curand|cusparse|cusolver|nvrtc|cupti|nccl|OpenCL|ze_loader|tbbbind|hwloc)"
)
"""Plug-ins for hardware that is not there are left unloaded."""


class ReplayError(Exception):
    """A step failed, or the tree is not as it should be."""


@dataclass(slots=True)
class Stage:
    """One FROM and what follows it; instructions in their order."""

    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, instruction: str) -> str:
        return next(words for name, words in reversed(self.steps) if name == instruction)


def parse(dockerfile: str) -> tuple[dict[str, str], list[Stage]]:
    """ARGs before the first FROM, and the stages. Lines that end in a backslash go on; comments are dropped."""
    logical = re.sub(r"\\\n", " ", "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")))
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in filter(None, map(str.strip, logical.splitlines())):
        instruction, _, words = line.partition(" ")
        words = words.strip()
        if instruction == "FROM":
            stages.append(Stage(words.partition(" AS ")[2] or "final"))
        elif not stages:
            name, _, value = words.partition("=")
            arguments[name] = value.strip('"')
        else:
            stages[-1].steps.append((instruction, words))
    return arguments, stages


def build(stage: Stage, *, folder: Path, arguments: Mapping[str, str]) -> Path:
    """Run the build stage; the prefix that it filled."""
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder / "home"), **_pip_settings()}
    (folder / "home").mkdir(parents=True, exist_ok=True)
    work = folder
    for instruction, words in stage.steps:
        match instruction:
            case "ARG":
                name, _, default = words.partition("=")
                env[name] = arguments.get(name, default.strip('"'))
            case "ENV":
                for name, value in _pairs(words):
                    env[name] = f"{folder}{value}" if name == "PREFIX" else value
            case "WORKDIR":
                work = folder / words.lstrip("/")
                work.mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, target = words.split()
                _copy(sources, (work / target).resolve())
            case "RUN":
                _run(["/bin/sh", "-ec", words], cwd=work, env=env)
            case _:
                raise ReplayError(f"{instruction} in a build stage is not known here")
    return Path(env["PREFIX"])


def start(stage: Stage, *, prefix: Path, env: Mapping[str, str]) -> float:
    """Start the image's CMD and ask its HEALTHCHECK; the seconds until it was healthy. SIGTERM must end it in order."""
    own = {name: value for step, words in stage.steps if step == "ENV" for name, value in _pairs(words)}
    own["PATH"] = f"{prefix}/bin:/usr/bin:/bin"
    command = json.loads(stage.last("CMD"))
    probe = json.loads(re.sub(r"^.*?CMD ", "", stage.last("HEALTHCHECK")))
    env = {**own, **env}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(prefix / "bin" / command[0]), *command[1:]],
            env=env,
            cwd=env["DOCTRAY_HOME"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        began = time.monotonic()
        try:
            while subprocess.run([str(prefix / "bin" / probe[0]), *probe[1:]], env=env, capture_output=True).returncode != 0:
                if process.poll() is not None or time.monotonic() - began > HEALTHY_WITHIN_S:
                    log.seek(0)
                    raise ReplayError(f"{command} did not become healthy:\n{log.read().decode(errors='replace')[-3000:]}")
                time.sleep(0.2)
            healthy_s = time.monotonic() - began
            process.send_signal(signal.SIGTERM)
            # uvicorn drains, and then ends by the signal itself.
            if process.wait(timeout=90) not in (0, -signal.SIGTERM):
                raise ReplayError(f"{command} ended with {process.returncode} after SIGTERM")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    return healthy_s


def look_at(prefix: Path) -> dict[str, object]:
    """Size of the tree in MiB, and its largest packages. Raises ReplayError for compilers and for libraries that nothing brings."""
    size = sum(path.lstat().st_size for path in prefix.rglob("*") if not path.is_dir())
    compilers = [name for name in COMPILERS if (prefix / "bin" / name).exists()]
    if compilers:
        raise ReplayError(f"compilers were left behind: {compilers}")
    missing = missing_libraries(prefix)
    if missing:
        raise ReplayError(f"libraries that neither the tree nor the base image brings: {missing}")
    packages = next(prefix.glob("lib/python3*/site-packages"))
    by_package = {
        entry.name: sum(path.lstat().st_size for path in entry.rglob("*") if path.is_file())
        for entry in packages.iterdir()
        if entry.is_dir()
    }
    largest = sorted(by_package.items(), key=lambda item: -item[1])[:8]
    return {"mib": round(size / MIB, 1), "largest_mib": {name: round(value / MIB, 1) for name, value in largest}}


def missing_libraries(prefix: Path) -> dict[str, str]:
    """Shared libraries that something in the tree needs, and that are neither in it nor in the base image: name → who needs it first."""
    objects = [path for path in prefix.rglob("*") if re.search(r"\.so(\.\d+)*$", path.name) and path.is_file()]
    there = {path.name for path in objects}
    missing: dict[str, str] = {}
    for path in objects:
        dynamic = subprocess.run(["readelf", "-d", str(path)], capture_output=True, text=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
            if name not in there and not BASE_LIBRARIES.match(name) and not OPTIONAL_LIBRARIES.match(name):
                missing.setdefault(name, str(path.relative_to(prefix)))
    return missing


def replay(image: str, *, folder: Path, arguments: Mapping[str, str]) -> dict[str, object]:
    defaults, stages = parse((ROOT / f"Dockerfile.{image}").read_text())
    if folder.exists() and any(folder.iterdir()):
        raise ReplayError(f"{folder} is not empty")
    began = time.monotonic()
    prefix = build(stages[0], folder=folder, arguments={**defaults, **arguments})
    built_s = time.monotonic() - began
    report = {"built_s": round(built_s, 1), **look_at(prefix)}
    with _neighbours(folder, prefix) as env:
        report["healthy_s"] = round(start(stages[-1], prefix=prefix, env=env), 1)
    return report


@contextmanager
def _neighbours(folder: Path, prefix: Path) -> Iterator[dict[str, str]]:
    """A Redis and a migrated journal, as compose would have ready; the settings that name them."""
    sys.path.insert(0, str(ROOT / "src"))
    from doctray.cli.embedded_redis import find_server

    home, sockets = folder / "data", tempfile.mkdtemp(prefix="doctray-replay-")
    home.mkdir()
    socket = f"{sockets}/redis.sock"
    redis = subprocess.Popen(
        [str(find_server()[0]), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", sockets], stdout=subprocess.DEVNULL
    )
    env = {
        "DOCTRAY_HOME": str(home),
        "DOCUMENTS_DIR": str(home),
        "DOCTRAY_HOST": "127.0.0.1",
        "WORKER_METRICS_HOST": "127.0.0.1",
        "PORT": _free_port(),
        "WORKER_METRICS_PORT": _free_port(),
        "WORKER_DEVICES": "cpu",
        "REDIS_URL": f"unix://{socket}",
        "HOME": str(home),
    }
    try:
        _run([str(prefix / "bin" / "doctray"), "upgrade"], cwd=home, env={"PATH": f"{prefix}/bin:/usr/bin:/bin", **env})
        yield env
    finally:
        redis.terminate()
        redis.wait()
        shutil.rmtree(sockets, ignore_errors=True)


def _free_port() -> str:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def _pairs(words: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (word.partition("=") for word in shlex.split(words))]


def _copy(sources: list[str], target: Path) -> None:
    for source in (ROOT / name for name in sources):
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"), dirs_exist_ok=True)
        else:
            shutil.copy(source, target / source.name if target.is_dir() else target)


def _pip_settings() -> dict[str, str]:
    """How this machine reaches a package index."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_") or name.lower().endswith("_proxy") or name == "SSL_CERT_FILE"
    }


def _run(command: list[str], *, cwd: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=dict(env), capture_output=True, text=True)
    if done.returncode != 0:
        raise ReplayError(f"{' '.join(command)[:300]}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an empty folder, or one to be made")
    parser.add_argument("images", nargs="*", default=["api", "worker"], help="api, worker; both, unless given")
    parser.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE", help="a build argument")
    parser.add_argument("--report", type=Path, help="where the figures go, as JSON")
    parser.add_argument("--keep", action="store_true", help="leave the trees in the folder")
    options = parser.parse_args()
    arguments = dict(each.partition("=")[::2] for each in options.arg)
    reports: dict[str, dict[str, object]] = {}
    try:
        for image in options.images:
            tree = (options.folder / image).absolute()
            reports[image] = replay(image, folder=tree, arguments=arguments)
            print(f"{image}: {reports[image]}", flush=True)
            if not options.keep:
                shutil.rmtree(tree)
    except ReplayError as error:
        print(f"replay_images: {error}", file=sys.stderr)
        return 1
    sizes = {image: float(str(report["mib"])) for image, report in reports.items()}
    if options.report:
        options.report.write_text(json.dumps(reports, indent=2) + "\n")
    over = [name for name, size in (("api", sizes.get("api", 0)), ("both", sum(sizes.values()))) if size > LIMIT_MIB[name]]
    for name in over:
        print(f"replay_images: {name} is above {LIMIT_MIB[name]} MiB", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
