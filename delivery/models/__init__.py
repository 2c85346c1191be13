"""What is done: postbacks in the queue and in the log, their attempts, and the receivers."""

from delivery.models.attempt import Attempt
from delivery.models.receiver import Receiver
from delivery.models.sent import FINISHED, Kind, Lane, SentPostback, State
from delivery.models.spent import SpentKey
from delivery.models.sweep_turn import SweepTurn

__all__ = ["FINISHED", "Attempt", "Kind", "Lane", "Receiver", "SentPostback", "SpentKey", "State", "SweepTurn"]
