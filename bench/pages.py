"""Part "pages": how long every page of the admin takes with five million rows in each log."""

import json
import os
import subprocess
from typing import Any

from bench.run import NotMeasured, Run
from tests.system.processes import PYTHON, ROOT


def steps(_run: Run) -> int:
    """How many there are."""
    return 1


def part(run: Run) -> dict[str, Any]:
    """In a process of its own, whose settings name a database of its own."""
    run.told("the pages of the admin, with a long history")
    with run.databases.scratch() as url:
        environment = os.environ | {"DATABASE_URL": url, "POSTBACK_DATA_DIR": run.folder.name}
        command = [PYTHON, "-m", "bench.page_times"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(done.stderr[-500:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told | {"slowest_page_ms": max(times["median"] for times in told["page_ms"].values())}
