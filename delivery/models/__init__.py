"""What is done: postbacks in the queue and in the log, their attempts, and the receivers."""

from delivery.models.attempt import Attempt
from delivery.models.demo import DemoMark
from delivery.models.receiver import Breaker, Override, Receiver
from delivery.models.sent import SentPostback
from delivery.models.spent import SpentKey
from delivery.models.sweep_turn import SweepTurn
from delivery.models.words import FINISHED, Kind, Lane, State
from delivery.models.worker import Worker

__all__ = [
    "FINISHED",
    "Attempt",
    "Breaker",
    "Kind",
    "Lane",
    "Override",
    "Receiver",
    "SentPostback",
    "SpentKey",
    "State",
]
__all__ += ["DemoMark", "SweepTurn", "Worker"]
