"""What became of the postbacks of the history: attempts as they might have been, judged by the real verdict."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from campaigns import macros
from campaigns.models import ConversionChange
from delivery.demo.cast import ADS, CRM, HELD_FOR, OPEN_FOR
from delivery.models import Attempt, Lane, SentPostback, State
from delivery.transport import PostbackResponse
from delivery.transport.contract import Trouble, no_answer_within
from delivery.verdict import Outcome, outcome_of
from postbacks.addresses import wire_form
from postbacks.terms import Terms


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a receiver, or none."""

    code: int | None = 200
    body: str = "OK"
    error: str = ""
    typical_ms: int = 60
    maybe_arrived: bool = False

    def response(self, number: int, started: datetime, chance: random.Random) -> PostbackResponse:
        """As a transport would have brought it."""
        took = self.typical_ms * chance.lognormvariate(0, 0.35) / 1000
        return PostbackResponse(
            id=number,
            started=started,
            duration=min(took, settings.POSTBACK_DEADLINE),
            code=self.code,
            body=self.body,
            error=self.error,
            maybe_arrived=self.maybe_arrived,
        )


FINE = Answer(body='{"status":"ok"}')
FORBIDDEN = Answer(403, '{"error":"unknown conversion name"}', typical_ms=35)
BROKEN = Answer(500, "Internal Server Error", typical_ms=120)
BUSY = Answer(429, "Too Many Requests", typical_ms=20)
DOWN = Answer(503, "<html><h1>503 Service Unavailable</h1></html>", typical_ms=240)
RESET = Answer(None, "", Trouble.RESET, typical_ms=900, maybe_arrived=True)
# what a new and a kept connection spend of an attempt's time on the name, connecting, TLS and waiting
NEW, KEPT, OFTEN_NEW = (0.05, 0.16, 0.31, 0.46), (0.0, 0.0, 0.0, 0.97), 0.3
Manner = Sequence[Answer]  # answers to the first attempt, to the second; the last to all that follow


def manner(postback: SentPostback, now: datetime, chance: random.Random) -> Manner:
    """How its receiver answers to it. Nothing: it waits for a receiver that is held."""
    if postback.url_template.startswith(ADS):
        return [DOWN] if postback.created > now - OPEN_FOR else [FINE]
    if postback.url_template.startswith(CRM):
        return [] if postback.created > now - HELD_FOR else _drawn(chance, {(FINE,): 94, (BROKEN, FINE): 6})
    if Terms.from_json(postback.terms).at_most_once:
        return _drawn(chance, {(FINE,): 95, (_silence(),): 5})
    often = {(FINE,): 90, (FORBIDDEN,): 4, (BROKEN, FINE): 3, (BUSY, BROKEN, FINE): 1, (RESET, FINE): 1}
    return _drawn(chance, {**often, (BROKEN,): 1})


def play(
    rows: Sequence[SentPostback], facts: Callable[[ConversionChange], macros.Facts], now: datetime, seed: int
) -> list[Attempt]:
    """Bring each row, not saved yet, to where it is now; its attempts."""
    chance = random.Random(seed)  # noqa: S311 - it is a play
    attempts: list[Attempt] = []
    for row in rows:
        if row.state == State.QUEUED and row.change:
            attempts += _play_one(row, facts(row.change), manner(row, now, chance), now, chance)
    return attempts


def _play_one(
    row: SentPostback, facts: macros.Facts, answers: Manner, now: datetime, chance: random.Random
) -> list[Attempt]:
    if not answers:
        return []
    rendered = macros.render(row.url_template, facts)
    row.url = wire_form(rendered.text)
    row.notes = "Rendered empty: " + ", ".join(rendered.absent) if rendered.absent else ""
    if rendered.problems:
        _end(row, Outcome(state=State.FAILED, error=" ".join(rendered.problems)), row.created)
        return []
    return _try(row, answers, now, chance)


def _try(row: SentPostback, answers: Manner, now: datetime, chance: random.Random) -> list[Attempt]:
    """Until it is finished. Where the next attempt would lie in the future, this one went well."""
    terms, attempts = Terms.from_json(row.terms), list[Attempt]()
    started = row.created + timedelta(seconds=chance.lognormvariate(-3.2, 0.7))
    while row.state == State.QUEUED:
        number = len(attempts) + 1
        answer = answers[min(number, len(answers)) - 1]
        delay = timedelta(seconds=[*terms.delays, 0][number - 1])
        if answer.code != FINE.code and terms.delays and started + delay + timedelta(minutes=1) > now:
            answer = FINE
        response = answer.response(number, started, chance)
        attempts.append(_attempt(row, number, response, chance))
        _take(row, number, response, outcome_of(number, response, terms))
        started += delay
    return attempts


def _attempt(row: SentPostback, number: int, response: PostbackResponse, chance: random.Random) -> Attempt:
    dns, connect, tls, wait = NEW if chance.random() < OFTEN_NEW else KEPT
    micro = round(response.duration * 1_000_000)
    return Attempt(
        postback=row,
        number=number,
        started=response.started,
        duration_ms=round(response.duration * 1000),
        dns_us=round(dns * micro),
        connect_us=round(connect * micro),
        tls_us=round(tls * micro),
        wait_us=round(wait * micro),
        code=response.code,
        answer=response.body,
        error="" if response.is_sent else response.reason,
    )


def _take(row: SentPostback, number: int, response: PostbackResponse, outcome: Outcome) -> None:
    row.attempts, row.code, row.answer = number, response.code, response.body
    row.duration_ms = round(response.duration * 1000)
    row.lane = Lane.RETRY if number > 1 else Lane.FIRST
    row.error = outcome.error
    if outcome.state != State.QUEUED:
        _end(row, outcome, response.started + timedelta(seconds=response.duration))


def _end(row: SentPostback, outcome: Outcome, moment: datetime) -> None:
    row.state, row.error, row.due_at, row.finished = outcome.state, outcome.error, None, moment


def _silence() -> Answer:
    deadline = settings.POSTBACK_DEADLINE
    return Answer(None, "", no_answer_within(deadline), typical_ms=int(deadline * 4000), maybe_arrived=True)


def _drawn(chance: random.Random, often: dict[tuple[Answer, ...], int]) -> Manner:
    return chance.choices(list(often), list(often.values()))[0]
