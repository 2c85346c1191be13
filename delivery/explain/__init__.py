"""Why was it not sent? From the decisions as they were made, and the log of what happened since."""

from delivery.explain.explanation import Explanation, Section, explain, sections_of
from delivery.explain.lines import Line, Outcome

__all__ = ["Explanation", "Line", "Outcome", "Section", "explain", "sections_of"]
