"""The page of one postback."""

from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest, HttpResponse

from delivery.admin.acts import Acts
from delivery.admin.chain import chain_of
from delivery.admin.facts import Facts
from delivery.admin.timeline import TimeLine
from delivery.admin.wishes import Selection
from delivery.models import SentPostback

RELATED = ["campaign", "source", "rule", "change", "conversion", "receiver", "resend_of"]  # what it shows beside


class PostbackPage(Facts, Acts):
    """All that is known of one, its attempts, and the buttons."""

    change_form_template = "delivery/admin/postback.html"

    def get_fieldsets(self, request: HttpRequest, obj: SentPostback | None = None) -> Any:
        return self.facts(obj, covered=not self.has_act_permission(request)) if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: SentPostback | None = None) -> list[str]:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"wish": Selection(ids=[]).wish, "may_act": self.has_act_permission(request)}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        line = TimeLine(context["original"], covered=not self.has_act_permission(request))
        chain = chain_of(context["original"])
        return super().render_change_form(request, {**context, "line": line, "chain": chain}, *args, **kwargs)
