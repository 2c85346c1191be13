"""Fields for what a model keeps as JSON and a person wants as rows of inputs. None of them needs JavaScript."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.models import ConversionStatus
from campaigns.models.status import IGNORE
from campaigns.parameters import KNOWN, SHORT_FORMS, Parameter
from campaigns.report import word_list

BLANK_ROWS = 3  # to add to; each save brings new ones
COLUMNS = ("parameter", "name", "token")


class ParametersWidget(forms.Widget):
    """A table: our parameter, its name in the link, the token that the source fills in."""

    template_name = "campaigns/widgets/parameters.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        blank = dict.fromkeys(COLUMNS, "")
        rows = value if isinstance(value, list) else []
        return {**context, "rows": [*rows, *[blank] * BLANK_ROWS], "known": KNOWN}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:  # noqa: ARG002
        columns = [[text.strip() for text in data.getlist(f"{name}-{column}")] for column in COLUMNS]
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=False)]
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return f"{name}-{COLUMNS[0]}" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"


class ParametersField(forms.Field):
    """Rows of parameters. One of the two names is enough: the other is then the same."""

    widget = ParametersWidget

    def to_python(self, value: Sequence[Mapping[str, str]] | None) -> list[Parameter]:
        return [
            Parameter(
                parameter=row["parameter"] or SHORT_FORMS.get(row["name"], row["name"]),
                name=row["name"] or row["parameter"],
                token=row["token"],
            )
            for row in value or []
        ]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class StatusWordsWidget(forms.Widget):
    """For each status one input: what networks call it."""

    template_name = "campaigns/widgets/status_words.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        words: Mapping[str, Any] = value if isinstance(value, dict) else {}
        rows = [(status, label, _text(words.get(status, ""))) for status, label in _statuses()]
        return {**context, "rows": rows, "ignore": IGNORE}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:  # noqa: ARG002
        return {status: data.get(f"{name}-{status}", "") for status, _label in _statuses()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return not any(key.startswith(f"{name}-") for key in data)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0"


class StatusWordsField(forms.Field):
    """A mapping of our status to a network's words; a word means one status only."""

    widget = StatusWordsWidget

    def to_python(self, value: Mapping[str, str] | None) -> dict[str, list[str]]:
        words = {status: list(dict.fromkeys(word_list(text))) for status, text in (value or {}).items()}
        return {status: listed for status, listed in words.items() if listed}

    def validate(self, value: dict[str, list[str]]) -> None:
        problems = [
            _("“%(word)s” stands under %(statuses)s: a word means one status only.")
            % {"word": word, "statuses": _and(status for status, listed in value.items() if word in listed)}
            for word in _doubles(value)
        ]
        if problems:
            raise ValidationError(problems)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or {}) != self.to_python(data)


def _statuses() -> list[tuple[str, str]]:
    labels = ConversionStatus.objects.values_list("name", "label")
    return [*labels, (IGNORE, _("Ignore"))]


def _doubles(words: Mapping[str, Sequence[str]]) -> list[str]:
    every = [word for listed in words.values() for word in listed]
    return sorted({word for word in every if every.count(word) > 1})


def _and(statuses: Iterable[str]) -> str:
    return _(" and ").join(statuses)


def _text(words: Any) -> str:
    """As it was typed, or the list that was kept."""
    return words if isinstance(words, str) else ", ".join(words)
