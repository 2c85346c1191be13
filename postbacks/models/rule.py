"""The wish "send this, so, at these statuses"."""

import re
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, FilteredRelation, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from campaigns import url_template
from campaigns.models import Campaign, ConversionChange, ConversionStatus, Source
from campaigns.phrasebook import tell
from campaigns.rows import insert
from postbacks.addresses import why_refused
from postbacks.models.decision import Decision
from postbacks.models.refusal import Refusal
from postbacks.models.terms import RuleTerms, terms_of
from postbacks.reasons import Reason, Why

if TYPE_CHECKING:
    from collections.abc import Iterable


class Method(models.TextChoices):
    """How a postback is sent; POST goes with an empty body, all being in the URL, as receivers of the field expect."""

    GET = "GET", "GET"
    POST = "POST", "POST"


class PostbackRuleManager(models.Manager["PostbackRule"]):
    """Asks all rules at once."""

    @transaction.atomic(savepoint=False)
    def decide(self, changes: Sequence[ConversionChange]) -> list[Decision]:
        """What every rule of each change's campaign and source says, written down; in the order of the changes."""
        # as they are now, not as whoever made the change once loaded them: one may have been paused meanwhile
        campaigns = Campaign.objects.in_bulk({change.conversion.click.campaign_id for change in changes})
        rules, off = self._asked(campaigns)
        asked = {pk: [rule for rule in rules if rule.is_for(campaign)] for pk, campaign in campaigns.items()}
        decisions = []
        for change in changes:
            campaign = campaigns[change.conversion.click.campaign_id]
            reasons = {
                rule: rule.reasons_against(change, campaign, (rule.pk, campaign.pk) in off)
                for rule in asked[campaign.pk]
            }
            decisions.append(Decision.of(change, _without_doubles(reasons)))
        insert(decisions)
        Refusal.objects.note(decisions)
        return decisions

    def _asked(self, campaigns: Collection[int]) -> "tuple[list[PostbackRule], set[tuple[int, int]]]":
        """Their rules, and which of them is switched off for which campaign.

        In one statement: a rule that was customised just now is on, or its copy is, and never neither of them.
        """
        rows = (
            self.filter(Q(campaign__in=campaigns) | Q(source__campaigns__in=campaigns))
            .annotate(off=FilteredRelation("switched_off", condition=Q(switched_off__campaign__in=campaigns)))
            .annotate(off_for=F("off__campaign"))
            .distinct()
            .order_by("id")
            .select_related("source__terms", "campaign__source__terms")
        )
        rules: dict[int, PostbackRule] = {}
        off = {(rules.setdefault(row.pk, row).pk, row.off_for) for row in rows}
        return list(rules.values()), off

    def for_campaign(self, campaign: Campaign) -> models.QuerySet["PostbackRule"]:
        """Its own and those of its source."""
        return self.filter(Q(campaign=campaign) | Q(source__isnull=False, source=campaign.source_id))


def _without_doubles(reasons: "dict[PostbackRule, list[Reason]]") -> "dict[PostbackRule, list[Reason]]":
    """Of rules that want the same request the campaign's goes, then the older; the others are told which."""
    goes: dict[tuple[str, str], PostbackRule] = {}
    for rule in sorted(reasons, key=lambda rule: (rule.campaign_id is None, rule.pk)):
        if reasons[rule]:
            continue
        first = goes.setdefault((rule.method, rule.url), rule)
        if first is not rule:
            reasons[rule] = [Reason(Why.SAME_AS, first.label)]
    return reasons


class PostbackRule(RuleTerms):
    """A rule is owned by a source, and then fires for all its campaigns, or by one campaign."""

    source = models.ForeignKey(
        Source, models.CASCADE, related_name="rules", null=True, blank=True, verbose_name=_("source")
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, related_name="rules", null=True, blank=True, verbose_name=_("campaign")
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    method = models.CharField(_("method"), max_length=4, choices=Method, default=Method.GET)
    url = models.TextField(
        _("URL"), help_text=_("The receiver's address with macros such as {external_id} and {conversion_revenue}.")
    )
    statuses = models.JSONField(_("statuses"), default=list)
    enabled = models.BooleanField(_("on"), default=True)
    again = models.BooleanField(
        _("again"), default=False, help_text=_("Send once more when a status comes back (sale, rejected, sale).")
    )
    without_click_id = models.BooleanField(
        _("send without click id"),
        default=False,
        help_text=_(
            "Send also when the click has no external_id. Otherwise nothing is sent where the URL names the click by "
            "{external_id} alone: the receiver could not tell which click converted."
        ),
    )
    position = models.PositiveIntegerField(_("place"), default=0)  # on the page; no rule goes before another by it
    # the source's rule that this one of a campaign was copied from, and goes instead of; one that is gone leaves its
    # number, since task keys go by it
    customised_from = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        related_name="customised",
        null=True,
        editable=False,
        db_constraint=False,
        verbose_name=_("customised from"),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PostbackRuleManager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("S2S postback")
        verbose_name_plural = _("S2S postbacks")
        constraints = [
            models.CheckConstraint(
                condition=Q(source__isnull=True, campaign__isnull=False)
                | Q(source__isnull=False, campaign__isnull=True),
                name="rule_of_a_source_or_a_campaign",
                violation_error_message=_("A rule belongs to a source or to a campaign: exactly one of the two."),
            ),
            models.UniqueConstraint(fields=["campaign", "customised_from"], name="customised_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name, or the host it goes to."""
        return self.name or re.split("[/?#]", self.url.partition("://")[2], maxsplit=1)[0][:200] or f"#{self.pk}"

    @property
    def address(self) -> str:
        """Where it goes; what follows the host may hold a secret."""
        scheme, _colon, rest = self.url.partition("://")
        return f"{scheme}://{re.split('[/?#]', rest, maxsplit=1)[0].rpartition('@')[2]}/…"

    def is_for(self, campaign: Campaign) -> bool:
        """Whether this rule is asked about conversions of that campaign."""
        return self.campaign_id == campaign.pk if self.source_id is None else self.source_id == campaign.source_id

    def reasons_against(self, change: ConversionChange, campaign: Campaign, switched_off: bool) -> list[Reason]:
        """Why this rule does not want this change; empty: it does. Every reason, not the first."""
        click = change.conversion.click
        checks = [
            (change.status not in self.statuses, Why.STATUS_NOT_TICKED, change.status),
            (not self.enabled, Why.RULE_DISABLED, ""),
            (switched_off, Why.SWITCHED_OFF, ""),
            (campaign.paused, Why.CAMPAIGN_PAUSED, ""),
            (self.needs_external_id and not click.has_click_id, Why.NO_EXTERNAL_ID, click.external_id),
        ]
        return [Reason(why, about) for applies, why, about in checks if applies]

    @cached_property
    def needs_external_id(self) -> bool:
        """Whether its URL names the click by `{external_id}` alone, and is of no use where there is none."""
        return not self.without_click_id and url_template.names_click_by_external_id_alone(self.url)

    @cached_property
    def kept_terms(self) -> dict[str, Any]:
        """What its postbacks keep of how they are to be delivered; the same for all of one decision."""
        return terms_of(self).to_json()

    def task_key(self, change: ConversionChange) -> str:
        """Equal keys are one and the same postback: it is sent once.

        What was customised keeps the keys of the source's rule: what that one has sent is not sent again by the copy.
        """
        return key_of(self.keyed_as, change, again=self.again)

    @property
    def keyed_as(self) -> int:
        """The rule whose number its task keys carry."""
        return self.customised_from_id or self.pk

    def copy(self, **fields: Any) -> "PostbackRule":
        """The same wish, not saved yet: of the same owner, and with keys of its own, unless `fields` say otherwise."""
        owner = {} if {"campaign", "source"} & fields.keys() else {"campaign": self.campaign, "source": self.source}
        return PostbackRule(**{name: getattr(self, name) for name in WISH} | owner | fields)

    @transaction.atomic
    def customise_for(self, campaign: Campaign) -> "PostbackRule":
        """The campaign's own copy of this rule of its source, which goes in its place; asked for twice, it is one."""
        wish = {name: getattr(self, name) for name in WISH}
        copy, _made = PostbackRule.objects.get_or_create(campaign=campaign, customised_from=self, defaults=wish)
        SwitchedOff.objects.get_or_create(rule=self, campaign=campaign)
        return copy

    def parameter_names(self) -> set[str]:
        """What the links of its owner carry, so that `{device_id}` is no misprint where a link brings it."""
        owner = self.campaign or self.source
        return {name for row in (owner.parameters if owner else []) for name in (row["parameter"], row["name"])}

    def clean(self) -> None:
        """Refuses what could only fail, and says what to write instead."""
        self.url = self.url.strip()
        errors: dict[str, list[str]] = {}
        try:
            super().clean()
        except ValidationError as error:
            errors |= error.message_dict
        findings = url_template.check(self.url, self.parameter_names())
        if problems := list(findings.errors):
            errors["url"] = [tell(problem) for problem in problems]
        elif refused := why_refused(url_template.origin(self.url), settings.POSTBACK_ALLOWED_NETWORKS):
            errors["url"] = [tell(refused)]
        if problems := list(_status_problems(self.statuses)):
            errors["statuses"] = problems
        if errors:
            raise ValidationError(errors)

    def warnings(self) -> Sequence[str]:
        """What may be meant so, but mostly is not."""
        warnings = [tell(doubt) for doubt in url_template.check(self.url, self.parameter_names()).warnings]
        if self.supersede and not self.again:
            warnings.append(
                _now(
                    "It supersedes without “again”: a status that was cancelled by a later one, and then comes back "
                    "(sale, rejected, sale), is not sent any more."
                )
            )
        return warnings


OWN = {"id", "source", "campaign", "position", "customised_from", "created"}
WISH = [field.name for field in PostbackRule._meta.concrete_fields if field.name not in OWN]  # what a copy takes


def key_of(rule: int, change: ConversionChange, *, again: bool = False) -> str:
    """The task key of a rule, also of one that is gone."""
    key = f"{rule}:{change.conversion_id}:{change.status}"
    return f"{key}:{change.number}" if again else key


def _status_problems(statuses: object) -> "Iterable[str]":
    if not isinstance(statuses, list) or not statuses:
        yield _now("Tick at least one status, or nothing would ever be sent.")
        return
    known = ConversionStatus.objects.names()
    for status in statuses:
        if status not in known:
            yield _now("Unknown status “%(status)s”; known are %(known)s.") % {
                "status": status,
                "known": ", ".join(known),
            }


class SwitchedOff(models.Model):
    """A source's rule that is not to fire for one campaign."""

    rule = models.ForeignKey(PostbackRule, models.CASCADE, related_name="switched_off")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="switched_off")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "campaign"], name="switched_off_once")]

    def __str__(self) -> str:
        return f"{self.rule} – {self.campaign}"
