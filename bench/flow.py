"""A steady flow of conversions through the whole product, and when each postback came to its receiver."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from bench.delivery import workers
from bench.run import NotMeasured, Run
from tests.system.processes import Installation

RATE = 100  # conversions a second
SETTLING = 3.0  # seconds at the beginning that are not counted
BEHIND = 1.0  # seconds after which the feeder has not kept its pace
ARRIVALS = """
SELECT s.task_key, s.campaign_id, extract(epoch FROM c.created)::float8, extract(epoch FROM s.created)::float8
FROM delivery_sentpostback s JOIN campaigns_conversion c ON c.id = s.conversion_id
WHERE c.tid LIKE 'feed%%' AND c.created > (SELECT min(created) FROM campaigns_conversion WHERE tid LIKE 'feed%%')
  + %s * interval '1 second'
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One postback: which campaign's, and how long it took, in seconds."""

    campaign: int
    from_save: float  # since the conversion was made, before its transaction had written anything
    from_due: float  # since it was queued


def flow(run: Run, seconds: float, *shares: str, rules: str = "") -> list[Arrival]:
    """So many seconds of it, after it has settled; what has arrived. `rules`: a statement that changes them before."""
    with run.databases.copy(run.quiet()) as database:
        if rules:
            run.databases.tell(database, rules)
        with workers(run, database) as installation:
            feed(installation, SETTLING + seconds, shares)
            run.receiver.wait_for(int(SETTLING * RATE * 0.5), 5)
            return arrivals(run, database)


def feed(installation: Installation, seconds: float, shares: tuple[str, ...]) -> None:
    """Save conversions at a steady pace."""
    installation.manage("check")  # while the workers start
    feeder = installation.start("-m", "bench.feeder", str(RATE), str(seconds), *shares)
    if feeder.wait(timeout=seconds + 60):
        raise NotMeasured(f"the feeder failed: {installation.log.read_text()[-500:]}")
    late = float(installation.log.read_text().rstrip().rpartition("\n")[2])
    if late > BEHIND:
        raise NotMeasured(f"{RATE} conversions a second could not be saved: one was {late:.1f} s late")


def arrivals(run: Run, database: str) -> list[Arrival]:
    """What has come to its receiver."""
    [(installation,)] = run.databases.ask(database, "SELECT uuid::text FROM campaigns_installation")
    came = run.receiver.first_came()
    found = []
    for task_key, campaign, saved, due in run.databases.ask(database, ARRIVALS, (SETTLING,)):
        if arrived := came.get(str(uuid5(UUID(installation), task_key))):
            found.append(Arrival(campaign, arrived - saved, arrived - due))
    if not found:
        raise NotMeasured("no postback arrived")
    return found
