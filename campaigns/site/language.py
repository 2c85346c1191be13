"""The language of the pages. What machines read, networks and the API, is English, whatever they ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class AdminLanguage(LocaleMiddleware):
    """What the person chose, else what the browser asks for; in the admin alone."""

    def process_request(self, request: HttpRequest) -> None:
        """A thread keeps the language of its last request, so each request says which it wants."""
        if _is_page(request):
            super().process_request(request)
        else:
            translation.activate(settings.LANGUAGE_CODE)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Say that the answer depends on the browser's languages, where it does."""
        return super().process_response(request, response) if _is_page(request) else response


def _is_page(request: HttpRequest) -> bool:
    return request.path_info.startswith("/admin/")
