"""Where else to look from a click or a conversion."""

from collections.abc import Sequence

from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin.slots import Link
from campaigns.models import Click, Conversion


def links(subject: Model) -> Sequence[Link]:
    """The explanation of its subid, and its postbacks in the log."""
    click = subject.click if isinstance(subject, Conversion) else subject
    if not isinstance(click, Click):
        return []
    query = QueryDict(mutable=True)
    query["q"] = click.subid
    log = reverse("admin:delivery_sentpostback_changelist")
    return [
        Link(_("Why was it not sent?"), reverse("explain", args=[click.subid])),
        Link(_("S2S postbacks"), f"{log}?{query.urlencode()}"),
    ]
