"""How the installation itself is: what runs, what it reaches, and how it is set."""

from delivery.status.checks import Check, all_checks
from delivery.status.known_settings import COMMON, OURS, Known
from delivery.status.shown_settings import Shown, shown

__all__ = ["COMMON", "OURS", "Check", "Known", "Shown", "all_checks", "shown"]
