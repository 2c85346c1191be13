"""What this worker knows of one receiver: what flies to it, how it answers, and what follows from that."""

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings

from delivery.flow.brakes import FORGET, LEAST_PACE, Brakes
from delivery.flow.places import Places
from delivery.flow.signs import Sign, is_too_much, sign_of, wanted_pause
from delivery.flow.window import SECONDS, Meter, Window
from delivery.models import Breaker, Override, Receiver
from delivery.transport import PostbackResponse

LEAST = 20  # outcomes, before which nothing is judged
LEAST_RESUMING = 5  # the same for one that has failed a moment ago
SECOND = 1.0  # between two changes of its places, or of its pace


class Gauge:
    """Times are seconds of a clock that only goes forward, and that the caller reads."""

    def __init__(self, receiver: Receiver, now: float) -> None:
        self.receiver = receiver
        self.known = self.wanted = Brakes.of(receiver)  # as the database has them, and as it shall
        self.is_failing: bool | None = None  # by its last word; None: it has not said any
        self.failing_from = now
        self.in_flight = 0
        self.used = now  # when something last flew
        self.window = Window()
        self.meter = Meter()
        self._halved = self._slowed = float("-inf")
        self._start_over(now)

    def learn(self, receiver: Receiver, now: float) -> None:
        """What the database says now. What another worker, or a person, has decided meanwhile stands."""
        before, self.receiver = self.receiver, receiver
        if (before.places, before.max_places) != (receiver.places, receiver.max_places):
            self.places = self._first_places()
        if receiver.failing_since != before.failing_since:
            self.is_failing = None  # what it said before is in that already
        if (brakes := Brakes.of(receiver)) == self.known:
            return
        is_slower = brakes.speed < self.wanted.speed
        is_other = brakes.breaker != self.wanted.breaker
        self.known = self.wanted = brakes
        if is_slower:
            self._since = self._slowed = now
        if is_other:
            self._start_over(now)

    def free(self, now: float) -> int:
        """How many more may fly to it from this worker."""
        return max(0, self.places.count - self.in_flight) if now >= self._held_until else 0

    def take_off(self, now: float) -> None:
        """One more flies to it."""
        self.in_flight += 1
        self.used = now

    def landed(self, response: PostbackResponse, asked: float, now: float) -> None:
        """What came back of what was asked then, and what it says of the receiver."""
        self.in_flight = max(0, self.in_flight - 1)
        self.used = now
        if (sign := sign_of(response)) is not Sign.NONE:
            self.meter.add(now)
            self._note_failing(sign, now)
            self._place(response, sign, asked, now)
            if asked >= self._since:  # what was asked before the last change says nothing of now
                self._judge(response, sign, now)

    def beat(self, now: float) -> None:
        """Time has passed: a pace grows after each second with more good answers than bad."""
        if now - self._counted_from < SECOND:
            return
        if self._well > self._not_well:
            self.wanted = self.wanted.grown()
        self._count_anew(now)

    def saved(self) -> None:
        """The brakes that were wanted are those of the database now, and so is the hold."""
        self._held_until = 0.0
        self.known = self.wanted = replace(self.wanted, hold=0.0)

    def fails_newly(self, before: float) -> bool:
        """Whether it has failed since then, and the database does not know."""
        return bool(self.is_failing) and self.failing_from <= before and self.receiver.failing_since is None

    @property
    def is_well_again(self) -> bool:
        """Whether it answers, and the database does not know."""
        return self.is_failing is False and self.receiver.failing_since is not None

    def is_idle_since(self, moment: float) -> bool:
        """Whether it can be forgotten."""
        return not self.in_flight and self.used < moment and self.wanted == self.known

    def _judge(self, response: PostbackResponse, sign: Sign, now: float) -> None:
        if self.receiver.override == Override.HOLD:
            return
        self._well += sign is Sign.WELL
        self._not_well += sign is not Sign.WELL
        pause = wanted_pause(response)
        is_slowest = self.wanted.pace is not None and self.wanted.pace <= LEAST_PACE
        failed = sign is Sign.ILL or (sign is Sign.BUSY and is_slowest)
        if sign is not Sign.BUSY or failed:
            self.window.add(now, failed=failed)
        if self.wanted.is_open:
            self._end_probe(response, now, failed=failed)
        elif failed and self.window.is_bad(self._least()):
            self._open(self._why(response), now, pause)
        elif (sign is Sign.BUSY or pause) and now - self._slowed >= SECOND:
            self._slow_down(_in_words(response, pause), now, pause)

    def _end_probe(self, response: PostbackResponse, now: float, *, failed: bool) -> None:
        if failed:
            self._open(f"the probe failed: {response.reason}", now, wanted_pause(response))
        else:
            self._brake(self.wanted.resuming(), now)

    def _open(self, why: str, now: float, pause: float) -> None:
        if self.receiver.override == Override.CLOSED:
            return
        opened = self.receiver.opened
        is_first = opened is None or (datetime.now(UTC) - opened).total_seconds() > FORGET
        self._brake(self.wanted.opened(why, is_first=is_first, pause=pause), now)

    def _slow_down(self, why: str, now: float, pause: float) -> None:
        went = self.meter.rate(now) + self.in_flight
        self._slowed = now
        self._brake(self.wanted.slowed(went, why, pause=pause), now)

    def _brake(self, brakes: Brakes, now: float) -> None:
        """At once here, and for all as soon as it is written."""
        is_other = brakes.breaker != self.wanted.breaker or brakes.is_open
        self.wanted = brakes
        if is_other:
            self._start_over(now)
        self._since, self._held_until = now, now + brakes.hold

    def _start_over(self, now: float) -> None:
        """What was answered, and what was asked, is of the past."""
        self._since, self._held_until = now, 0.0
        self.places = self._first_places()
        self.window.clear()
        self._count_anew(now)

    def _first_places(self) -> Places:
        """They never grow beyond half of all that may fly from this worker: others have receivers, too."""
        most = min(self.receiver.max_places, settings.POSTBACK_CONNECTIONS // 2)
        return Places(self.receiver.places, most)

    def _count_anew(self, now: float) -> None:
        self._counted_from = now
        self._well = self._not_well = 0

    def _note_failing(self, sign: Sign, now: float) -> None:
        if sign is Sign.WELL:
            self.is_failing = False
        elif not self.is_failing:
            self.is_failing, self.failing_from = True, now

    def _place(self, response: PostbackResponse, sign: Sign, asked: float, now: float) -> None:
        """One halving for all that flew at once, and no more than one each second."""
        if sign is Sign.WELL:
            self.places.grow()
        elif is_too_much(response) and asked >= self._halved and now - self._halved >= SECOND:
            self.places.halve()
            self._halved = now

    def _least(self) -> int:
        return LEAST if self.wanted.breaker == Breaker.CLOSED else LEAST_RESUMING

    def _why(self, response: PostbackResponse) -> str:
        counts = f"{self.window.failed} of {len(self.window)} requests failed in {SECONDS:g} s"
        return f"{counts}, last: {response.reason}"


def _in_words(response: PostbackResponse, pause: float) -> str:
    return f"{response.reason}, it asked to wait {pause:g} s" if pause else f"{response.reason}: slowed down"
