"""Whose fault it is that no name server answers: ours, or that of the only receiver it happens to."""

from delivery.transport import PostbackResponse
from delivery.transport.contract import NO_NAME_SERVER

LATELY = 30.0  # seconds


class Names:
    """By receiver, when it was last without a name server, and when it last gave an answer."""

    def __init__(self) -> None:
        self._nameless: dict[int, float] = {}
        self._answered: dict[int, float] = {}

    def is_receivers_fault(self, receiver: int, response: PostbackResponse, now: float) -> bool:
        """Whether all the others are found; where one is alone nobody can tell, and it is ours."""
        if response.code is not None:
            self._answered[receiver] = now
        if not (response.ours and response.error.endswith(NO_NAME_SERVER)):
            return False
        self._nameless[receiver] = now
        return _is_alone(receiver, self._nameless, now) and not _is_alone(receiver, self._answered, now)


def _is_alone(receiver: int, moments: dict[int, float], now: float) -> bool:
    """Whether none but this one has it happened to lately."""
    for old in [other for other, moment in moments.items() if moment < now - LATELY]:
        del moments[old]
    return not moments.keys() - {receiver}
