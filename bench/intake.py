"""Part "intake": conversions taken in a second, by the incoming postback's URL and in bulk."""

import json
import subprocess
from typing import Any

from bench.run import WORKERS, NotMeasured, Run
from tests.system.processes import PYTHON, ROOT, Installation, until

URL_SECONDS = 6.0
URLS = 40_000  # more than can be answered in that time
BULK = 30_000  # conversions
REPORT_MANY = f"""
import time
from campaigns.models import Conversion
from campaigns.report import Report
reports = [
    Report.read({{"subid": "bench%d" % n, "tid": "bulk%d" % n, "status": "sale", "payout": "2.5"}})
    for n in range(1, {BULK} + 1)
]
begun = time.perf_counter()
judged = Conversion.objects.report_many(reports)
took = time.perf_counter() - begun
answer = {{"took": took, "judged": len(judged)}}
"""
MADE = "SELECT count(*) FROM delivery_sentpostback"


def steps(_run: Run) -> int:
    """How many there are."""
    return 2


def part(run: Run) -> dict[str, Any]:
    """Both ways, without workers: what is queued stays queued."""
    run.quiet()
    return {"intake_per_s": {"url": by_url(run), "report_many": in_bulk(run)}}


def by_url(run: Run) -> float:
    """Requests answered 200 a second, each of which made a conversion and its postback."""
    run.told("incoming postbacks, two web processes")
    with run.databases.copy(run.quiet()) as database, run.installation(database) as installation:
        command = ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{installation.port}", "--threads", "8"]
        installation.start("-m", *command, "--workers", str(WORKERS), "--limit-request-line", "8190")
        if not until(installation.is_up, 60):
            raise NotMeasured(f"the web processes did not start: {installation.log.read_text()[-500:]}")
        [(key,)] = run.databases.ask(database, "SELECT postback_key FROM campaigns_installation")
        told = load(installation, [f"/{key}/postback?subid=bench{n}&tid=t{n}&status=sale" for n in range(1, URLS + 1)])
        [(made,)] = run.databases.ask(database, MADE)
    answered: int = told["answered"].get("200", 0)
    if made != answered or set(told["answered"]) != {"200"}:
        raise NotMeasured(f"{told['answered']} were answered, and {made} postbacks made")
    return round(answered / float(told["seconds"]), 1)


def load(installation: Installation, targets: list[str]) -> dict[str, Any]:
    """What the load generator, a process of its own, tells."""
    done = subprocess.run(
        [PYTHON, "-m", "bench.load", str(installation.port), str(URL_SECONDS)],
        cwd=ROOT,
        input="\n".join(targets),
        capture_output=True,
        text=True,
        check=True,
        timeout=URL_SECONDS + 60,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def in_bulk(run: Run) -> float:
    """Conversions a second that `Conversion.objects.report_many` takes from a list, in one process."""
    run.told(f"{BULK:,} conversions in bulk")
    with run.databases.copy(run.quiet()) as database, run.installation(database) as installation:
        told = installation.shell(REPORT_MANY)
        [(made,)] = run.databases.ask(database, MADE)
    if made != BULK:
        raise NotMeasured(f"{BULK} were reported, and {made} postbacks made")
    return round(BULK / float(told["took"]), 1)
