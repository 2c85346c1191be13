"""Which rows of a log: by name, and no name that is not known."""

from datetime import UTC, datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters  # type: ignore[import-untyped]
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from campaigns.api.pages import KeysetPages
from campaigns.models import Campaign, ReceivedPostback, Source, Verdict

PAGING = {KeysetPages.cursor_query_param, KeysetPages.page_size_query_param}
# what every database can compare with, whatever the time zone
FIRST_DAY, LAST_DAY = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class StrictFilters(filters.DjangoFilterBackend):  # type: ignore[misc]
    """Refuses what it would otherwise pass over: a misspelled filter must not answer with all rows."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The rows asked for, or a 400 that says what was wrong with what."""
        known = {*self.get_filterset_class(view, queryset).base_filters, *PAGING}
        problems = {
            name: [problem]
            for name, values in request.query_params.lists()
            if (problem := _problem(name, values, known))
        }
        if problems:
            raise ValidationError(problems)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


def _problem(name: str, values: list[str], known: set[str]) -> str:
    if name not in known:
        return f"There is no such filter; known are {', '.join(sorted(known))}."
    if len(values) > 1:
        return "Given more than once; one value is needed."
    return "" if values[0] else "Empty; leave it out, or give a value."


def one_of(words: type[Any], **kwargs: Any) -> filters.ChoiceFilter:
    """A word of a closed set."""
    refusal = f"“%(value)s” is none of {', '.join(words.values)}."
    return filters.ChoiceFilter(choices=words.choices, error_messages={"invalid_choice": refusal}, **kwargs)


def named(model: type[Model], name: str, **kwargs: Any) -> filters.ModelChoiceFilter:
    """A row of another table, by what people call it."""
    refusal = f"There is no {model._meta.verbose_name_raw} with the {name} “%(value)s”."
    return filters.ModelChoiceFilter(
        queryset=model._default_manager.all(),
        to_field_name=name,
        error_messages={"invalid_choice": refusal},
        **kwargs,
    )


def moment(lookup: str, **kwargs: Any) -> filters.IsoDateTimeFilter:
    """A time; without a zone it is UTC."""
    return filters.IsoDateTimeFilter(
        field_name="created",
        lookup_expr=lookup,
        error_messages={"invalid": "Not a time such as 2026-11-23T14:00:00Z; in a URL a bare + is a space."},
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        **kwargs,
    )


class LogFilters(filters.FilterSet):  # type: ignore[misc]
    """What both logs can be asked for."""

    campaign = named(Campaign, "alias", help_text="The campaign's alias.")
    status = filters.CharFilter(help_text="The conversion's status.")
    subid = filters.CharFilter()
    external_id = filters.CharFilter(help_text="The source's click id.")
    tid = filters.CharFilter()
    created_from = moment("gte", help_text="This moment or later.")
    created_to = moment("lt", help_text="Before this moment.")


class ReceivedPostbackFilters(LogFilters):
    """What the log of received postbacks can be asked for."""

    source = named(Source, "name", field_name="campaign__source", help_text="The name of the campaign's source.")
    status = filters.CharFilter(help_text="The network's word for the status, in small letters.")
    verdict = one_of(Verdict)

    class Meta:
        model = ReceivedPostback
        fields: list[str] = []
