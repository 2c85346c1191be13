"""What a response says about its receiver."""

from enum import Enum

from delivery.transport import PostbackResponse

OVERLOADED = frozenset({408, 429, 502, 503, 504})


class Sign(Enum):
    """Whether a receiver is well. What it thinks of one postback is another matter: a 404 is an answer."""

    WELL = "well"
    ILL = "ill"
    BUSY = "busy"  # it lives, and wants fewer requests
    NONE = "none"  # nothing was learned of it


def sign_of(response: PostbackResponse) -> Sign:
    """Only the receiver's own faults count: what we may not send, or cannot, says nothing of it."""
    if response.ours or response.blocked:
        return Sign.NONE
    if response.code == 429:
        return Sign.BUSY
    return Sign.ILL if response.is_temporary else Sign.WELL


def is_too_much(response: PostbackResponse) -> bool:
    """Whether fewer requests at once might help: no answer, or one of a server that has too many."""
    return not response.ours and not response.blocked and (response.code is None or response.code in OVERLOADED)


def wanted_pause(response: PostbackResponse) -> float:
    """Seconds that it asks all of us to stay away."""
    return (response.retry_after or 0.0) if response.code in {429, 503} else 0.0
