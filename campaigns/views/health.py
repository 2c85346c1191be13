"""Whether this process can do its work."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.views.unavailable import or_come_again, plain_text


@require_safe
@never_cache
@or_come_again
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 where the database answers, else 503."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return plain_text("ok")
