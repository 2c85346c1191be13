"""One fault from the first conversion to the verdict."""

import json
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from tests.faults.load import Load
from tests.faults.receiver import Receiver
from tests.faults.site import Site
from tests.system.processes import until

CLICKS = 60
DRY_WITHIN = 180.0  # seconds; generous, for it is not speed that is asked here
SCENE = """
from campaigns.models import *
from postbacks.models import *
source = Source.objects.create(name="{alias}")
campaign = Campaign.objects.create(name="{alias}", alias="{alias}", source=source)
rule = PostbackRule(campaign=campaign, name="r", url="{receiver}/p?t={{tid}}", statuses=["lead", "sale"])
rule.full_clean()
rule.save()
subids = [Click.objects.record(campaign, {{"external_id": "e%d" % n}}, Visitor()).subid for n in range({clicks})]
answer = [campaign.pk, Installation.objects.current().postback_key, subids]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one fault cost."""

    fault: str
    on: str  # broker, or database where there is none
    accepted: int  # conversions answered 2xx
    lost: int  # of these, those whose postback was never answered 2xx in full
    doubled: int  # keys answered 2xx in full more than once
    repeated: int  # all other second requests
    bound: int  # what flew at most where a process was killed or stopped

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class Attempt(NamedTuple):
    """A line of the log."""

    postback: int
    number: int
    started: datetime
    code: int | None
    error: str


VERDICTS: list[Verdict] = []  # of this run, shown at its end


class Trial:
    """A campaign, its receiver and the conversions that are reported to it, apart from all that went before."""

    def __init__(self, site: Site, receiver: Receiver, host: str = "127.0.0.1") -> None:
        self.site = site
        self.receiver = receiver
        self.accepted: list[str] = []
        alias = f"c{uuid.uuid4().hex[:8]}"
        url = f"http://{host}:{receiver.port}"
        self.campaign, key, self.subids = site.shell(SCENE.format(alias=alias, receiver=url, clicks=CLICKS))
        self.url = f"{site.url}/{key}/postback"

    def load(self, per_second: float = 100) -> Load:
        """A steady load; what it gets accepted has to arrive."""
        load = Load(self.url, self.subids, per_second)
        self.accepted = load.accepted
        return load

    def in_flight(self) -> int:
        """Postbacks that a worker holds."""
        return self._count("sending")

    def wait_for_flight(self, least: int = 10) -> None:
        """Until so many are held at once."""
        assert until(lambda: self.in_flight() >= least, 60), f"never {least} in flight"

    def taken_back(self) -> int:
        """Attempts that ended without a word of their worker's."""
        return self.ended_with("The worker that was sending this ended")

    def ended_with(self, words: str) -> int:
        """Attempts whose reason says so."""
        return sum(words in attempt.error for attempt in self.log())

    def log(self) -> set[Attempt]:
        """Every attempt that has been written down."""
        attempts = """
            SELECT a.postback_id, a.number, a.started, a.code, a.error
            FROM delivery_attempt a JOIN delivery_sentpostback p ON p.id = a.postback_id WHERE p.campaign_id = %s"""
        return {Attempt(*row) for row in self.site.ask(attempts, self.campaign)}

    def end(self, fault: str, bound: int = 0, least: int = 100) -> Verdict:
        """Wait until the queue is dry, compare what was accepted with what arrived, and judge."""
        assert until(lambda: not self._count("queued", "sending"), DRY_WITHIN), self._why_not_dry()
        seen = self.receiver.seen()
        verdict = Verdict(
            fault=fault,
            on=self.site.broker.name if self.site.broker else "sqlite",
            accepted=len(self.accepted),
            lost=len(set(self.accepted) - set(seen.completed)),
            doubled=seen.doubled,
            repeated=seen.repeated,
            bound=bound,
        )
        VERDICTS.append(verdict)
        assert verdict.accepted >= least, verdict
        assert verdict.lost == 0, f"{verdict}\n{self._why_not_dry()}"
        assert verdict.doubled <= verdict.bound, f"{verdict}\n{self._why_not_dry()}"
        self._check_the_log(set(seen.requests))
        return verdict

    def _check_the_log(self, requested: Collection[str]) -> None:
        """Nobody was told what nobody had reported; each ended sent, by exactly one outcome of one worker."""
        assert set(requested) <= set(self.accepted)
        outcomes = """
            SELECT p.state, sum(CASE WHEN a.code BETWEEN 200 AND 299 THEN 1 ELSE 0 END),
                   count(DISTINCT a.number) = count(*)
            FROM delivery_sentpostback p JOIN delivery_attempt a ON a.postback_id = p.id
            WHERE p.campaign_id = %s GROUP BY p.id, p.state"""
        told = self.site.ask(outcomes, self.campaign)
        assert len(told) == len(self.accepted)
        assert {(state, sent, bool(numbered)) for state, sent, numbered in told} == {("sent", 1, True)}

    def _count(self, *states: str) -> int:
        marks = ", ".join(["%s"] * len(states))
        question = f"SELECT count(*) FROM delivery_sentpostback WHERE campaign_id = %s AND state IN ({marks})"
        return int(self.site.ask(question, self.campaign, *states)[0][0])

    def _why_not_dry(self) -> str:
        states = "SELECT state, error, count(*) FROM delivery_sentpostback WHERE campaign_id = %s GROUP BY state, error"
        return f"{self.site.ask(states, self.campaign)}\n{self.site.last_words()}"
