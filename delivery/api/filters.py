"""Which sent postbacks."""

from django_filters import rest_framework as filters  # type: ignore[import-untyped]

from campaigns.api.filters import LogFilters, named, one_of
from campaigns.models import Source
from delivery.models import Kind, Receiver, SentPostback, State
from postbacks.models import PostbackRule

NO_RULE = "There is no rule with the id “%(value)s”."


class SentPostbackFilters(LogFilters):
    """What the log of sent postbacks can be asked for."""

    source = named(Source, "name", help_text="The source's name.")
    state = one_of(State)
    kind = one_of(Kind)
    receiver = named(Receiver, "origin", help_text="Scheme, host and port, such as https://tracker.example.")
    rule = filters.ModelChoiceFilter(
        queryset=PostbackRule.objects.all(), error_messages={"invalid_choice": NO_RULE}, help_text="The rule's id."
    )

    class Meta:
        model = SentPostback
        fields: list[str] = []
