"""Where else to look from a campaign, a click, a received postback or a conversion."""

from collections.abc import Sequence

from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin.slots import Link
from campaigns.models import Campaign, Click, Conversion, ReceivedPostback
from delivery.admin.cells import log_url


def links(subject: Model) -> Sequence[Link]:
    """The funnel of a campaign, and its rows; of what has a subid the explanation, and its postbacks in the log."""
    if isinstance(subject, Campaign):
        return [
            Link(_("Funnel"), reverse("funnel", args=[subject.pk])),
            Link(_("S2S postbacks"), f"{log_url()}?campaign={subject.pk}"),
            Link(_("Clicks"), f"{reverse('admin:campaigns_click_changelist')}?campaign={subject.pk}"),
        ]
    if isinstance(subject, Conversion):
        return [Link(_("Why was it not sent?"), reverse("explain-conversion", args=[subject.pk])), _log(subject.click)]
    if isinstance(subject, Click):
        return [_why(subject.subid), _log(subject)]
    if isinstance(subject, ReceivedPostback) and subject.subid:
        return [_why(subject.subid)]
    return []


def _why(subid: str) -> Link:
    return Link(_("Why was it not sent?"), reverse("explain", args=[subid]))


def _log(click: Click) -> Link:
    query = QueryDict(mutable=True)
    query["q"] = click.subid
    return Link(_("S2S postbacks"), f"{log_url()}?{query.urlencode()}")
