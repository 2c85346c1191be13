"""The overview: before the first postback the first steps, and from then on how it goes."""

from django.http import HttpRequest

from campaigns.admin.slots import Overview
from delivery.admin.dashboard import TEMPLATE as DASHBOARD
from delivery.admin.dashboard import dashboard_context
from delivery.admin.first_steps import PAGE as FIRST_STEPS
from delivery.admin.first_steps import first_steps_context
from delivery.first_steps.steps import is_over


def overview(request: HttpRequest) -> Overview | None:
    """For those who may see postbacks; the others have the menu."""
    if not request.user.has_perm("delivery.view_sentpostback"):
        return None
    if not is_over():
        return Overview(FIRST_STEPS, first_steps_context(request, {}))
    return Overview(DASHBOARD, dashboard_context(request))
