"""The flow of one worker: what flies to each receiver, how they answer, and what the other workers must know of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from delivery.flow.gauge import Gauge
from delivery.flow.names import Names
from delivery.flow.saving import save_brakes, save_failing, save_well
from delivery.models import Receiver
from delivery.transport import PostbackResponse

APART = 0.25  # seconds between two looks at what is to be written
SURE = 1.0  # seconds of failure before it is written: a busy receiver's single failures are not
KEPT = 600.0  # seconds that a receiver is remembered to which nothing goes


class Flow:
    """Nothing here is asked of the database as long as all receivers answer, but who a new one is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._gauges: dict[int, Gauge] = {}
        self._asked: dict[int, float] = {}  # when each request that flies was started
        self._names = Names()
        self._looked = clock()

    def begin(self) -> None:
        """A pump begins: whatever an earlier one had in flight will not be told of any more."""
        self._asked.clear()
        for gauge in self._gauges.values():
            gauge.in_flight = 0

    def learn(self, versions: Mapping[int, int]) -> None:
        """Before anything of a claim takes off: its receivers, and which of their versions the claim has seen."""
        gauges = self._gauges
        new = [pk for pk, version in versions.items() if pk not in gauges or gauges[pk].receiver.version != version]
        if new:
            self._reload(new)

    def free(self) -> dict[int, int]:
        """How many places are left at those receivers that we know; the others have all theirs."""
        now = self._clock()
        return {pk: gauge.free(now) for pk, gauge in self._gauges.items()}

    def took_off(self, receiver: int, request: int) -> None:
        """A request flies to it."""
        self._asked[request] = now = self._clock()
        self._gauges[receiver].take_off(now)

    def landed(self, receiver: int, response: PostbackResponse) -> None:
        """It has come back, or will not. Its own clock does not say how long it lay here."""
        now = self._clock()
        if self._names.is_receivers_fault(receiver, response, now):
            response = replace(response, ours=False)
        self._gauges[receiver].landed(response, self._asked.pop(response.id, now), now)

    def save(self, *, is_last: bool = False) -> None:
        """Write what the others must know, at most every 250 ms. A database that is away is asked again."""
        now = self._clock()
        if now - self._looked < APART and not is_last:
            return
        self._looked = now
        self._forget(now)
        for gauge in self._gauges.values():
            gauge.beat(now)
        self._write(0.0 if is_last else SURE, now)

    def _write(self, sure: float, now: float) -> None:
        gauges = self._gauges.values()
        braked = [gauge for gauge in gauges if gauge.wanted != gauge.known]
        failing = [gauge.receiver.pk for gauge in gauges if gauge.fails_newly(now - sure)]
        well = [gauge.receiver.pk for gauge in gauges if gauge.is_well_again]
        if braked:
            save_brakes(braked)
        if failing:
            save_failing(failing)
        if well:
            save_well(well)
        if touched := {*failing, *well, *(gauge.receiver.pk for gauge in braked)}:
            self._reload(touched)

    def _reload(self, ids: "list[int] | set[int]") -> None:
        now = self._clock()
        for receiver in Receiver.objects.filter(pk__in=ids):
            if gauge := self._gauges.get(receiver.pk):
                gauge.learn(receiver, now)
            else:
                self._gauges[receiver.pk] = Gauge(receiver, now)

    def _forget(self, now: float) -> None:
        for pk in [pk for pk, gauge in self._gauges.items() if gauge.is_idle_since(now - KEPT)]:
            del self._gauges[pk]
