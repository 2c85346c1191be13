"""Every page there is, found where Django finds it, so that a new one cannot be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse

# What GET does not answer with a page of ours; what answers by JSON, a file or a redirect is passed over by itself.
NO_PAGES = {"admin:view_on_site", "admin:autocomplete", "admin:logout", "admin:jsi18n", "admin:set_language"}
NO_PAGES |= {"first-steps-arrival", "overview-part"}  # pieces of a page
# The arguments of pages that no model's admin has: Python that an installation's shell can evaluate.
ARGUMENTS = {
    "explain": "[Click.objects.earliest('pk').subid]",
    "explain-conversion": "[Conversion.objects.earliest('pk').pk]",
    "funnel": "[1]",
    "first-step": "['source']",
    "admin:delivery_receiver_steer": "[Receiver.objects.earliest('pk').pk, 'hold']",
    "admin:delivery_by_filter": "['send-again']",
    "admin:app_list": "['campaigns']",
    "admin:auth_user_password_change": "[1]",
}
# One row of each model, the one that has most to show.
ROWS = """
from django.contrib import admin
from campaigns.models import *
from delivery.models import *
from postbacks.models import *
rows = {{}}
for model in admin.site._registry:
    row = model._default_manager.order_by("pk").first()
    rows[model._meta.label_lower] = None if row is None else str(row.pk)
answer = [rows, {{{arguments}}}]
"""
# the same pages, as they are with something open or typed
STATES = {
    "campaign, S2S Postbacks": "/admin/campaigns/campaign/1/change/#s2s-postbacks",
    "campaign, Parameters": "/admin/campaigns/campaign/1/change/#parameters",
    "campaign, Statuses": "/admin/campaigns/campaign/1/change/#statuses",
    "source, S2S Postbacks": "/admin/campaigns/source/1/change/#s2s-postbacks",
    "log, nothing matches": "/admin/delivery/sentpostback/?state=cancelled&kind=test",
    "log, failed": "/admin/delivery/sentpostback/?state=failed",
    "an address without a page": "/admin/campaigns/campaign/999999/change/",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A named pattern of the admin or the documentation."""

    name: str
    takes: int  # arguments

    def address(self, rows: dict[str, str | None], arguments: dict[str, list[Any]]) -> str | None:
        """Where it is on that installation; None: there is no row to show."""
        if not self.takes:
            return reverse(self.name)
        if self.name in arguments:
            return reverse(self.name, args=arguments[self.name])
        row = rows[self._label()]
        return None if row is None else reverse(self.name, args=[row])

    def _label(self) -> str:
        for model in admin.site._registry:
            if self.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_") and self.takes == 1:
                return model._meta.label_lower
        raise LookupError(f"Say in ARGUMENTS what {self.name} takes.")


def named_pages() -> list[Named]:
    """All of them, in the order of the patterns."""
    found = {named.name: named for named in _walk(get_resolver(), "", "", 0)}
    return [named for name, named in found.items() if name not in NO_PAGES]


def _walk(resolver: URLResolver, namespace: str, route: str, takes: int) -> Iterator[Named]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        arguments = (
            takes + len(pattern.pattern.converters) + pattern.pattern.regex.groups * (not pattern.pattern.converters)
        )
        if isinstance(pattern, URLResolver):
            below = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, below, here, arguments)
        elif isinstance(pattern, URLPattern) and pattern.name and here.startswith(("admin/", "api/docs")):
            yield Named(namespace + pattern.name, arguments)


def rows_program() -> str:
    """What an installation's shell runs to answer with its rows, and with the arguments above."""
    return ROWS.format(arguments=", ".join(f"{name!r}: {code}" for name, code in ARGUMENTS.items()))
