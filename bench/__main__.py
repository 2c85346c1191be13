"""The benchmark: `make bench`, or `python -m bench [PART,..] [--seconds N] [--turns N]`.

One JSON document goes to standard output and to var/bench.json; progress and a table to standard error. Speed is told
here and asserted nowhere: the exit status says only whether all parts could be measured.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import delivery, growth, intake, neighbour, pages, wire
from bench.document import document
from bench.run import Run
from bench.table import show
from tests.system.processes import ROOT


@dataclass(frozen=True, slots=True)
class Part:
    """Something that can be measured alone."""

    steps: Callable[[Run], int]
    measure: Callable[[Run], dict[str, Any]]


PARTS = {
    "delivery": Part(delivery.steps, delivery.part),
    "wire": Part(wire.steps, wire.part),
    "neighbour": Part(neighbour.steps, neighbour.part),
    "intake": Part(intake.steps, intake.part),
    "growth": Part(growth.steps, growth.part),
    "memory": Part(growth.memory_steps, growth.memory),
    "pages": Part(pages.steps, pages.part),
}
DEFAULT = [name for name in PARTS if name != "pages"]  # which takes longer than all others


def main() -> int:
    """Measure the chosen parts, in their order."""
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all is cleaned up
    console = Console(stderr=True)
    columns = [TextColumn("{task.description:48}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("preparing")

        def told(step: str) -> None:
            progress.update(task, description=step, advance=1)

        with Run(seconds=chosen.seconds, turns=chosen.turns, told=told, probe=chosen.probe) as run:
            progress.update(task, total=2 + sum(PARTS[name].steps(run) for name in chosen.parts))
            made = measured(run, chosen.parts)
            progress.update(task, description="done", completed=progress.tasks[0].total)
    text = json.dumps(made, indent=1)
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var/bench.json").write_text(text + "\n")
    show(made, console)
    print(text)
    return 1 if made["errors"] else 0


def measured(run: Run, parts: list[str]) -> dict[str, Any]:
    """The document."""
    told: dict[str, Any] = {}
    for name in parts:
        with run.may_fail(name):
            told |= PARTS[name].measure(run)
    return document(run, parts, told)


def arguments() -> argparse.Namespace:
    """What is wanted."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="?", default=DEFAULT, type=part_names, help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement of delivery (default 10)")
    parser.add_argument("--turns", type=int, default=3, help="of each contender; the median counts (default 3)")
    parser.add_argument("--probe", action="store_true", help="try the contenders' set-ups anew, and take the best")
    return parser.parse_args()


def part_names(text: str) -> list[str]:
    """Those of the text; all that are quick where it is empty."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := set(names) - set(PARTS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(PARTS)}")
    return [name for name in PARTS if name in names] or DEFAULT


if __name__ == "__main__":
    sys.exit(main())
