"""Every table that has rounds missing, one after the other, then the document made of them.

python -m benchmarks [--rounds 3] [--minutes 6]     --minutes: for each table; run it again to go on where that was too short
"""

import argparse
import subprocess
import sys

from benchmarks.rounds import ROOT

_TABLES = (
    "ocr receipts",
    "ocr scans",
    "ocr receipts --cores 1",
    "ocr scans --cores 1",
    "values",
    "second_reader",
    "backends",
    "roofline receipts",
    "roofline scans",
    "peak",
    "text_layer",
    "pickup",
    "frontdoor",
    "whole_service",
    "scaling",
    "footprint",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=6.0)
    options = parser.parse_args()
    failed = []
    for table in _TABLES:
        module, *rest = table.split()
        command = [sys.executable, "-m", f"benchmarks.{module}", *rest, "--rounds", str(options.rounds), "--minutes", str(options.minutes)]
        print(f"== {table}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(table)
    subprocess.run([sys.executable, "-m", "benchmarks.render"], cwd=ROOT, check=True)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
