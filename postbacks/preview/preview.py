"""A template and a subject put together: the URL in pieces, and all there is to say against it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from campaigns import macros, url_template
from campaigns.macro_names import CONVERSION_MACROS, Unknown
from campaigns.macros import Piece
from postbacks.addresses import why_refused, wire_form
from postbacks.preview.marks import Mark, marks_of, meaning_of, name_of, tones_of
from postbacks.preview.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A stretch of the final URL; without a macro it is the template's own."""

    text: str
    macro: str = ""
    name: str = ""
    meaning: str = ""
    tone: int = 0
    is_absent: bool = False
    is_sample: bool = False
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What the template comes to for this subject."""

    template: str
    parameters: Collection[str]
    subject: Subject

    @property
    def marks(self) -> list[Mark]:
        """The template in stretches."""
        return marks_of(self.template, self.parameters)

    @cached_property
    def contributions(self) -> list[Contribution]:
        """The final URL as it is sent, in pieces."""
        tones, shown, before, sent = tones_of(self._text), [], "", ""
        for piece in macros.pieces(self._text, self.subject.facts):
            before += piece.text
            whole = wire_form(before)
            shown.append(self._contribution(piece, whole[len(sent) :], tones))
            sent = whole
        return shown

    @property
    def legend(self) -> list[Contribution]:
        """Each macro once, in the order they come."""
        first: dict[str, Contribution] = {}
        for shown in self.contributions:
            first.setdefault(shown.macro, shown)
        return [shown for macro, shown in first.items() if macro]

    @property
    def url(self) -> str:
        """The final URL."""
        return "".join(shown.text for shown in self.contributions)

    @property
    def absent(self) -> list[str]:
        """Macros that nothing is known for here; they are sent empty."""
        strangers = {unknown.name for unknown in self.unknown}
        return [shown.macro for shown in self.legend if shown.is_absent and shown.name not in strangers]

    @cached_property
    def unknown(self) -> tuple[Unknown, ...]:
        """Names that no macro and no parameter answers to."""
        return macros.unknown(self._text, self.parameters)

    @cached_property
    def findings(self) -> url_template.Findings:
        """What refuses the template whoever it is rendered for, and what makes one doubt."""
        return url_template.check(self._text, self.parameters)

    @property
    def errors(self) -> list[str]:
        """Why it could not be saved, but for unknown macros, or could not be sent for this subject."""
        told = {unknown.message for unknown in self.unknown}
        errors = [error for error in self.findings.errors if error not in told]
        if self.findings.errors:
            return errors
        problems = [shown.problem for shown in self.contributions if shown.problem]
        refused = why_refused(self.url, settings.POSTBACK_ALLOWED_NETWORKS)
        return list(dict.fromkeys([*problems, *([refused] if refused and not problems else [])]))

    @property
    def can_be_sent(self) -> bool:
        """Whether nothing stands against it."""
        return not self.unknown and not self.errors

    @property
    def _text(self) -> str:
        return self.template.strip()  # as it is saved

    def _contribution(self, piece: Piece, text: str, tones: dict[str, int]) -> Contribution:
        placeholder = piece.placeholder
        if placeholder is None or name_of(placeholder) not in tones:  # a $word that is none of ours
            return Contribution(text=text)
        return Contribution(
            text=text,
            macro=placeholder.text,
            name=placeholder.name,
            meaning=meaning_of(placeholder),
            tone=tones[name_of(placeholder)],
            is_absent=piece.is_absent,
            is_sample=self._is_sample(placeholder.canonical),
            problem=piece.problem,
        )

    def _is_sample(self, macro: str | None) -> bool:
        """Whether its value is made up."""
        if self.subject.click is None:
            return True
        return self.subject.change is None and macro in CONVERSION_MACROS
