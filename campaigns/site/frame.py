"""The frame of all pages: the menu, and the overview that a person sees first."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language

from campaigns.admin.slots import slots
from campaigns.models import Installation
from campaigns.site.menu import menu


class Site(AdminSite):
    """Django's admin site with our menu."""

    site_header = _("S2S Postbacks")
    site_title = _("S2S Postbacks")
    index_title = _("Overview")
    index_template = "campaigns/admin/overview.html"
    site_url = None  # there is no other site to view

    def get_urls(self) -> list[Any]:
        """Django's, and the switch of the language, also for those who are not logged in."""
        return [path("language/", set_language, name="set_language"), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page needs."""
        context = super().each_context(request)
        whole = menu(context["available_apps"], self._registry, request)
        return {
            **context,
            "menu": whole,
            "trail": whole.trail(),
            "languages": settings.LANGUAGES,
            "index_path": reverse("admin:index"),
            "search_url": reverse(slots.searches[0]) if slots.searches else "",
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The overview: of a floor above, where one has something to show to this person."""
        postback_url = Installation.objects.current().postback_url
        response = super().index(request, {"postback_url": postback_url, **(extra_context or {})})
        overview = next((found for draw in slots.overviews if (found := draw(request))), None)
        if overview and response.context_data is not None:
            response.template_name = overview.template
            response.context_data.update(overview.context)
        return response
