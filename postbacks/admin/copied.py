"""What a campaign's duplicate takes along of its S2S postbacks."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from postbacks.models import SwitchedOff


def copy_rules(request: HttpRequest, original: Campaign, copy: Campaign) -> None:
    """Its own rules, in their order, and what is off of its source's; for who may add rules."""
    if not request.user.has_perm("postbacks.add_postbackrule"):
        if original.rules.exists():
            messages.warning(request, _("Its S2S postbacks were left out: you may not add any."))
        return
    for rule in original.rules.all():
        rule.copy(campaign=copy, position=rule.position, customised_from_id=rule.customised_from_id).save()
    off = original.switched_off.values_list("rule_id", flat=True)
    SwitchedOff.objects.bulk_create([SwitchedOff(rule_id=rule, campaign=copy) for rule in off])
