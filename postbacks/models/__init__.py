"""What is wanted: rules, and what they said to each piece of news."""

from postbacks.models.decision import Decision
from postbacks.models.rule import Method, PostbackRule, SwitchedOff, key_of
from postbacks.reasons import Answer, Reason

__all__ = ["Answer", "Decision", "Method", "PostbackRule", "Reason", "SwitchedOff", "key_of"]
