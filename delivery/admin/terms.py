"""How a postback is to be delivered, in words, for its page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from postbacks.schedules import Schedule, write_delays
from postbacks.terms import Terms


def in_words(kept: Mapping[str, Any]) -> Iterable[str]:
    """What differs from the way that postbacks are delivered as a rule."""
    terms = Terms.from_json(kept)
    if terms.schedule is Schedule.OWN:
        yield _("own delays: %(delays)s") % {"delays": write_delays(terms.own_delays)}
    elif terms.schedule is not Schedule.STANDARD:
        yield str(terms.schedule.label)
    wishes = {
        _("success codes: %(what)s"): terms.success_codes,
        _("accepted if: %(what)s"): terms.accepted_if,
        _("rejected if: %(what)s"): terms.rejected_if,
        _("try again if: %(what)s"): terms.retry_if,
    }
    for words, what in wishes.items():
        if what:
            yield words % {"what": ", ".join(what)}
    flags = {_("at most once"): terms.at_most_once, _("in order"): terms.in_order, _("supersede"): terms.supersede}
    yield from (words for words, applies in flags.items() if applies)
