"""What is wanted: rules, and what they said to each piece of news."""

from postbacks.models.decision import Decision
from postbacks.models.refusal import Refusal
from postbacks.models.rule import Method, PostbackRule, SwitchedOff, key_of
from postbacks.models.terms import SourceTerms, latest_for, terms_of
from postbacks.reasons import Answer, Reason, Why

__all__ = ["Answer", "Decision", "Method", "PostbackRule", "Reason", "Refusal", "SourceTerms", "SwitchedOff"]
__all__ += ["Why", "key_of", "latest_for", "terms_of"]
