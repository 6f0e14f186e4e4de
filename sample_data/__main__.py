"""`python -m sample_data DIR`: make the sample company's exports."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from metrics.errors import VigieError
from sample_data.timeline import DEFAULT_UNTIL
from sample_data.workbench import make

_WIDTH = 32


def _bar(what: str, share: float) -> None:
    done = round(share * _WIDTH)
    line = f"\r[{'#' * done}{'.' * (_WIDTH - done)}] {share:4.0%}  {what:<16}"
    print(line, end="\n" if share >= 1 else "", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Make the files named by the arguments; 0, or the refusal's exit code with its reason."""
    parser = ArgumentParser("python -m sample_data", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write the files")
    parser.add_argument("--events", type=int, default=400_000, help="rows of product events")
    parser.add_argument("--seed", type=int, default=46, help="another company's luck")
    parser.add_argument(
        "--until", type=date.fromisoformat, default=DEFAULT_UNTIL, help="the last Sunday"
    )
    asked = parser.parse_args(arguments)
    try:
        paths = make(
            asked.folder, events=asked.events, seed=asked.seed, until=asked.until, progress=_bar
        )
    except VigieError as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    print(f"{len(paths)} files in {asked.folder}. Next: vigie import {asked.folder}/*")
    return 0


if __name__ == "__main__":
    sys.exit(main())
