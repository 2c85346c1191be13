"""Filters for logs: none of them reads the log to know its choices."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import FieldListFilter, ListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from campaigns.admin.bounded import Condition, equal
from campaigns.models import ConversionStatus

MOST_LINKS = 30  # beyond it a list is no help, and an input narrows it
SLACK = timedelta(minutes=1)  # ids and times of rows written at the same moment may stand in another order
NEIGHBOURS = 100  # rows that are asked where a time begins among the ids
DATE = 10  # characters
BEYOND = 2**62  # no row has such an id

Choice = dict[str, Any]


class Asking:
    """Mixin: a filter that says what it asks of a row, so that a log can be read in steps."""

    def conditions(self) -> Sequence[Condition]:
        """Nothing, where nothing was chosen."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """For a list that is no log."""
        for condition in self.conditions():
            queryset = condition.narrow(queryset)
        return queryset


class FieldFilter(Asking, FieldListFilter):
    """One value of a field."""

    used_parameters: dict[str, Any]

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str
    ) -> None:
        self.model = model
        super().__init__(field, request, params, model, model_admin, field_path)

    def conditions(self) -> Sequence[Condition]:
        return [equal(self.model, self.field_path, self.value)] if self.value else []

    @property
    def value(self) -> str:
        """As it stands in the address."""
        return str(_last(self.used_parameters.get(self.field_path, "")))


class ChoicesFilter(FieldFilter):
    """One value of a closed set: the field's own choices, or the conversion statuses. ("state", this)."""

    template = "campaigns/admin/choices_filter.html"

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        self.options = list(field.flatchoices) or [(row.name, row.label) for row in ConversionStatus.objects.all()]

    def expected_parameters(self) -> list[str | None]:
        return [self.field_path]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield _all(changelist, [self.field_path], selected=not self.used_parameters)
        for value, label in self.options:
            link = changelist.get_query_string({self.field_path: value})
            yield {"selected": value == self.value, "query_string": link, "display": label}

    @property
    def chosen(self) -> Any:
        """The label of the choice that was made; empty: none was."""
        return dict(self.options).get(self.value, self.value)


class RelatedFilter(FieldFilter):
    """One campaign, source or receiver: links where they are few, else an input that narrows them."""

    template = "campaigns/admin/related_filter.html"
    named = "name"  # what people know one by
    hidden: list[tuple[str, str]] = []

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        self.find_parameter = f"{kwargs['field_path']}_named"
        super().__init__(field, *args, **kwargs)
        self.find = str(_last(self.used_parameters.pop(self.find_parameter, "")))
        chosen = str(_last(self.used_parameters.get(self.field_path, "")))
        related = field.remote_field.model._default_manager.order_by(self.named)
        self.options = self._options(related, chosen)
        if self.find and len(self.options) == 1 and not chosen:
            self.used_parameters[self.field_path] = [str(self.options[0][0])]

    def _options(self, related: QuerySet[Any], chosen: str) -> list[tuple[Any, str]]:
        rows = list(related[: MOST_LINKS + 1])
        self.is_long = len(rows) > MOST_LINKS
        if self.find:
            rows = list(related.filter(**{f"{self.named}__icontains": self.find})[:MOST_LINKS])
        elif self.is_long:
            rows = list(related.filter(pk=chosen)) if chosen.isdecimal() else []
        return [(row.pk, str(row)) for row in rows]

    def expected_parameters(self) -> list[str | None]:
        return [self.field_path, self.find_parameter]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        names = [self.field_path, self.find_parameter]
        self.hidden = _others(changelist, names)
        yield _all(changelist, names, selected=not self.value)
        for value, label in self.options:
            link = changelist.get_query_string({self.field_path: value, self.find_parameter: None})
            yield {"selected": str(value) == self.value, "query_string": link, "display": label}

    @property
    def chosen(self) -> str:
        """The name of the one that was chosen; empty: none was."""
        return next((label for value, label in self.options if str(value) == self.value), self.value)


class WordFilter(Asking, ListFilter):
    """One of a few words in the address, each of which asks something of a row."""

    template = "campaigns/admin/choices_filter.html"
    parameter_name = ""
    options: list[tuple[str, Any]] = []

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.model = model
        self.value = str(_last(params.pop(self.parameter_name, "")))
        if self.value:
            self.used_parameters[self.parameter_name] = self.value

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield _all(changelist, [self.parameter_name], selected=not self.value)
        for value, label in self.options:
            link = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": value == self.value, "query_string": link, "display": label}

    @property
    def chosen(self) -> Any:
        """The label of the choice that was made; empty: none was."""
        return dict(self.options).get(self.value, self.value)


class TimeFilter(Asking, ListFilter):
    """When it was: a range on `created`, and one on the id, so that a scan by id ends where the time does."""

    title = _("time")
    template = "campaigns/admin/time_filter.html"
    SPANS = {
        "hour": (_("Last hour"), timedelta(hours=1)),
        "today": (_("Today"), None),
        "24h": (_("Last 24 hours"), timedelta(hours=24)),
        "7d": (_("Last 7 days"), timedelta(days=7)),
        "30d": (_("Last 30 days"), timedelta(days=30)),
    }
    hidden: list[tuple[str, str]] = []

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.model = model
        said = {name: str(_last(params.pop(name, ""))) for name in ("time", "since", "until")}
        self.used_parameters.update({name: value for name, value in said.items() if value})
        self.span = said["time"] if said["time"] in self.SPANS else ""
        self.since, self.until = _date(said["since"][:DATE]), _date(said["until"])
        self.moment = _moment(said["since"])  # where a link says it to the minute

    def expected_parameters(self) -> list[str | None]:
        return ["time", "since", "until"]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        names = ["time", "since", "until"]
        self.hidden = _others(changelist, names)
        yield _all(changelist, names, selected=not (self.span or self.since or self.until))
        for value, (label, _length) in self.SPANS.items():
            link = changelist.get_query_string({"time": value, "since": None, "until": None})
            yield {"selected": self.span == value, "query_string": link, "display": label}

    @property
    def chosen(self) -> Any:
        """The span or the days that were chosen; empty: none."""
        if self.span:
            return self.SPANS[self.span][0]
        days = [day.isoformat() if day else "…" for day in (self.since, self.until)]
        return " – ".join(days) if self.since or self.until else ""

    def conditions(self) -> Sequence[Condition]:
        begin, end = self._begin(), _midnight(self.until + timedelta(days=1)) if self.until else None
        return [*([_from(self.model, begin)] if begin else []), *([_to(self.model, end)] if end else [])]

    def _begin(self) -> datetime | None:
        if not self.span:
            return self.moment or (_midnight(self.since) if self.since else None)
        length = self.SPANS[self.span][1]
        return timezone.now() - length if length else _midnight(timezone.localdate())


def _from(model: type[Model], begin: datetime) -> Condition:
    late = model._default_manager.filter(created__gte=begin - SLACK).order_by("created")
    ids = list(late.values_list("pk", flat=True)[:NEIGHBOURS])
    return Condition(holds=Q(created__gte=begin), above=min(ids, default=BEYOND) - 1)


def _to(model: type[Model], end: datetime) -> Condition:
    early = model._default_manager.filter(created__lt=end + SLACK).order_by("-created")
    ids = list(early.values_list("pk", flat=True)[:NEIGHBOURS])
    return Condition(holds=Q(created__lt=end), below=max(ids, default=-1) + 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _date(text: str) -> date | None:
    """A date from an address that anybody may have typed; the last of all days has no day after it."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and date(1970, 1, 2) <= day <= date(9998, 12, 31) else None


def _moment(text: str) -> datetime | None:
    """Of “2026-03-09T08:00”, where that is a date that may be asked for."""
    if not _date(text[:DATE]):
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else None


def _last(value: Any) -> Any:
    """A parameter of an address is a list; the last one counts."""
    return value[-1] if isinstance(value, list) and value else value


def _all(changelist: ChangeList, names: list[str], *, selected: bool) -> Choice:
    link = changelist.get_query_string(dict.fromkeys(names))
    return {"selected": selected, "query_string": link, "display": _("All")}


def _others(changelist: ChangeList, names: list[str]) -> list[tuple[str, str]]:
    """What a filter's own form has to carry along."""
    pairs = changelist.params.items()
    return [(name, str(value)) for name, value in pairs if name not in names]
