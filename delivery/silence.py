"""What a save put to silence, and what of it still waits. Asked on a page, so that nothing is cancelled unasked."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Model, Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from campaigns.admin.owners import page_of
from campaigns.admin.slots import Silenced
from campaigns.models import Campaign
from delivery.ids import read_id
from delivery.models import SentPostback
from delivery.models.sent import SentPostbackQuerySet
from delivery.order import release_followers


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, rule by rule; `newest` is the last that was counted."""

    by_rule: list[tuple[str, int]]
    newest: int

    @property
    def count(self) -> int:
        """How many in all."""
        return sum(count for _name, count in self.by_rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Rules that were disabled or deleted, rules that were switched off for one campaign, a campaign that was paused.

    It travels in the address of the question, for the save that it tells of is over by then.
    """

    rules: list[int] = field(default_factory=list)
    switched_off: list[int] = field(default_factory=list)
    inside: int | None = None  # the campaign that they were switched off for
    campaign: int | None = None
    back: str

    @classmethod
    def of(cls, silenced: Silenced, owner: Model) -> "Silence":
        """What the save of this campaign or source did."""
        return cls(
            rules=list(silenced.rules),
            switched_off=list(silenced.switched_off),
            inside=owner.pk if isinstance(owner, Campaign) else None,
            campaign=silenced.campaign,
            back=page_of(owner) + silenced.anchor,
        )

    @classmethod
    def read(cls, query: QueryDict) -> "Silence":
        """As `url` wrote it; anybody may have typed it."""
        back = query.get("back", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return cls(
            rules=[read_id(text) for text in query.getlist("rule")],
            switched_off=[read_id(text) for text in query.getlist("off")],
            inside=read_id(query.get("inside")) or None,
            campaign=read_id(query.get("campaign")) or None,
            back=back if is_ours else reverse("admin:delivery_sentpostback_changelist"),
        )

    @property
    def url(self) -> str:
        """The page that asks."""
        query = QueryDict(mutable=True)
        query.setlist("rule", [str(rule) for rule in self.rules])
        query.setlist("off", [str(rule) for rule in self.switched_off])
        for name, value in (("inside", self.inside), ("campaign", self.campaign), ("back", self.back)):
            if value:
                query[name] = str(value)
        return f"{reverse('admin:delivery_waiting')}?{query.urlencode()}"

    def waiting(self) -> SentPostbackQuerySet:
        """The postbacks that can still be cancelled. A rule that is gone has left its number."""
        silent = Q(rule_id__in=self.rules)
        if self.switched_off and self.inside:
            silent |= Q(rule_id__in=self.switched_off, campaign_id=self.inside)
        if self.campaign:
            silent |= Q(campaign_id=self.campaign)
        return SentPostback.objects.waiting().filter(silent)

    def backlog(self) -> Backlog:
        """How many wait, as of now."""
        rules = self.waiting().values("rule_name").annotate(count=Count("pk"), newest=Max("pk"))
        rows = list(rules.order_by("rule_name"))
        by_rule = [(row["rule_name"], row["count"]) for row in rows]
        return Backlog(by_rule=by_rule, newest=max((row["newest"] for row in rows), default=0))

    def cancel(self, why: str, newest: int) -> int:
        """End those that were counted and still wait; how many they were."""
        waiting = self.waiting().filter(pk__lte=newest)
        with transaction.atomic():
            ids = waiting.lock()
            waiting.cancel(why)
        release_followers(ids)
        return len(ids)


def question(request: HttpRequest, owner: Model) -> str | None:
    """The page to ask on after this save; None: nothing was put to silence, or nothing of it waits."""
    silenced: Silenced | None = getattr(request, "silenced", None)
    may_cancel = request.user.has_perm("delivery.change_sentpostback")
    if not silenced or not may_cancel:
        return None
    silence = Silence.of(silenced, owner)
    if not silence.waiting().exists():
        return None
    messages.success(request, _("“%(owner)s” was saved.") % {"owner": owner})
    return silence.url
