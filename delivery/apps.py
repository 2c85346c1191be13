"""The top floor's start."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Maintenance: what is done."""

    name = "delivery"
    verbose_name = _("Maintenance")

    def ready(self) -> None:
        """Listen to the ground floor, once, and fill the places on its pages."""
        from campaigns import phrasebook
        from campaigns.admin.slots import Page, slots
        from campaigns.signals import conversions_changed
        from campaigns.tallies.counted import everything
        from delivery import phrases
        from delivery.admin.campaign_columns import COLUMNS
        from delivery.admin.chain import chain_below
        from delivery.admin.overview import overview
        from delivery.admin.strips import strips
        from delivery.admin.testing import send_test_act
        from delivery.links import links
        from delivery.signals import collect_postbacks
        from delivery.silence import question
        from delivery.tallied import COUNTED
        from postbacks.admin.preview import acts

        conversions_changed.connect(collect_postbacks, dispatch_uid="collect_postbacks")
        slots.questions.append(question)
        slots.links.append(links)
        slots.campaign_columns.append(COLUMNS)
        slots.rule_health.append(strips)
        slots.below.append(chain_below)
        slots.searches.append("search")
        slots.overviews.append(overview)
        slots.pages.append(Page(_("First steps"), "first-steps", order=90, permission="delivery.view_sentpostback"))
        slots.pages.append(Page(_("Why not sent"), "explain-form", order=5, permission="delivery.view_sentpostback"))
        slots.pages.append(Page(_("Status"), "status", order=40, permission="delivery.view_worker"))
        slots.pages.append(Page(_("Settings"), "settings", order=50, permission="campaigns.view_installation"))
        everything.counted.extend(COUNTED)
        acts.append(send_test_act)
        phrasebook.learn(phrases.PHRASES)
