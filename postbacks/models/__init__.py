"""What is wanted: rules, and what they said to each piece of news."""

from postbacks.models.decision import Decision
from postbacks.models.rule import Method, PostbackRule, SwitchedOff, key_of
from postbacks.models.terms import SourceTerms, latest_for, terms_of
from postbacks.reasons import Answer, Reason

__all__ = ["Answer", "Decision", "Method", "PostbackRule", "Reason", "SourceTerms", "SwitchedOff"]
__all__ += ["key_of", "latest_for", "terms_of"]
