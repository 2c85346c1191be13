"""What the pages of a campaign and of a source have in common: tabs, and what is told and asked after a save."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from campaigns.admin.bases import ModelAdmin
from campaigns.admin.slots import Silenced, Tab, slots


class OwnerAdmin(ModelAdmin):
    """The page of one who owns what stands in the tabs of the floors above."""

    change_form_template = "campaigns/admin/tabs.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With buttons to where else the floors above tell of it."""
        owner = context.get("original")
        links = [link for give in slots.links for link in give(owner)] if owner else []
        return super().render_change_form(request, {**context, "links": links}, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: BaseForm, formsets: Iterable[Any], change: bool) -> None:
        """Save the tabs too, then say what they have to say, and note what was put to silence."""
        formsets = list(formsets)
        super().save_related(request, form, formsets, change)
        tabs = [formset for formset in formsets if isinstance(formset, Tab)]
        for tab in tabs:
            for sentence in tab.said():
                messages.success(request, sentence)
            for warning in tab.warnings():
                messages.warning(request, warning)
        silenced = self.silenced(form)
        for tab in tabs:
            silenced |= tab.silenced()
        request.silenced = silenced  # type: ignore[attr-defined]

    def silenced(self, form: BaseForm) -> Silenced:  # noqa: ARG002
        """What the page's own fields put to silence."""
        return Silenced()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._elsewhere(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._elsewhere(request, obj) or super().response_change(request, obj)

    def _elsewhere(self, request: HttpRequest, owner: Any) -> HttpResponse | None:
        """The first page that has something to ask; or this page again, at the place that a tab's button is about."""
        answers = (question(request, owner) for question in slots.questions)
        url = next((answer for answer in answers if answer is not None), None)
        if anchor := request.silenced.anchor:  # type: ignore[attr-defined]
            url = url or page_of(owner) + anchor
        return HttpResponseRedirect(url) if url else None


def page_of(owner: Model) -> str:
    """The page of a campaign or a source."""
    meta = owner._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[owner.pk])
