#!/usr/bin/env python3
"""Make our own sample documents, with the truth about each beside it, from a seed.

    make_samples.py OUT_DIR [--seed N] [--variants K] [--long-side PX] [--layouts]
                                        --layouts: timetables in 60 looks instead of the four common papers
    make_samples.py --examples          rewrite examples/documents, which scripts/run submits

Needs doctray's worker extra (PyMuPDF, NumPy, OpenCV).
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.samples.generate import LAYOUTS, PAPERS, write_examples, write_samples  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out_dir", type=Path, nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variants", type=int, default=3)
    parser.add_argument("--long-side", type=int, default=1600, help="pixels of the images' longer side")
    parser.add_argument("--layouts", action="store_true")
    parser.add_argument("--examples", action="store_true")
    given = parser.parse_args()
    if given.examples:
        write_examples(ROOT / "examples" / "documents")
    elif given.out_dir is None:
        parser.error("name a folder to write to, or --examples")
    else:
        papers = tuple(LAYOUTS if given.layouts else PAPERS)
        samples = write_samples(given.out_dir, seed=given.seed, variants=given.variants, long_side=given.long_side, papers=papers)
        print(f"{len(samples)} documents in {given.out_dir}")


if __name__ == "__main__":
    main()
