"""The click link: a visitor comes, is noted, and is sent on."""

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.models import Campaign, Click
from campaigns.views.unavailable import or_come_again, plain_text
from campaigns.visitor import flat, visitor_of


@require_safe
@never_cache
@or_come_again
def click(request: HttpRequest, alias: str) -> HttpResponse:
    """Record a click, and redirect to the campaign's destination, or answer with the subid where it has none.

    HEAD asks what GET would be answered with: link checkers and previews send it, and none of them is a visitor.
    """
    campaign = Campaign.objects.select_related("source").filter(alias=alias).first()
    if campaign is None:
        return plain_text("There is no campaign at this link.", 404)
    made = Click.objects.make(campaign, flat(request.GET), visitor_of(request))
    if request.method == "GET":
        made.save(force_insert=True)
    if not made.destination:
        return plain_text(made.subid)
    return HttpResponse(status=302, headers={"Location": iri_to_uri(made.destination)})
