"""The queue and the log in one table: a row is a postback, from the moment it was wanted."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns import url_template
from campaigns.models import Campaign, Conversion, ConversionChange, Source
from campaigns.rows import insert
from delivery.models.receiver import Receiver
from delivery.models.spent import SpentKey
from delivery.models.words import BAD_ANSWERS, FINISHED, RETRIED, UNUSUAL, Kind, Lane, State
from postbacks.models import Decision, Method, PostbackRule, Refusal, latest_for

# what a resend has of the postback it repeats
COPIED = ["rule_id", "rule_name", "change_id", "conversion_id", "campaign_id", "source_id", "receiver_id"]
COPIED += ["subid", "external_id", "tid", "status", "method", "url_template", "terms"]
RENDERED = ["url", "notes"]
AT_ONCE = 10_000  # ids in one statement
CHUNK = 1000  # new rows in one statement


class SentPostbackQuerySet(models.QuerySet["SentPostback"]):
    """Sets of postbacks, in the words of the queue."""

    def waiting(self) -> "SentPostbackQuerySet":
        """Those that can still be cancelled."""
        return self.filter(state=State.QUEUED)

    @transaction.atomic
    def cancel(self, why: str) -> int:
        """End what waits; what flies already is not called back. How many they were."""
        ids = self.lock()
        for start in range(0, len(ids), AT_ONCE):
            some = self.model._default_manager.filter(pk__in=ids[start : start + AT_ONCE])
            some.update(state=State.CANCELLED, error=why, finished=Now(), due_at=None)
        return len(ids)

    def lock(self) -> list[int]:
        """The ids of those that wait, locked: always the oldest first, so that two who cancel wait for each other."""
        waiting = self.waiting().order_by("pk").select_for_update(no_key=True)
        return list(waiting.values_list("pk", flat=True))


class SentPostbackManager(models.Manager["SentPostback"]):
    """Queues postbacks."""

    @transaction.atomic(savepoint=False)
    def collect(self, decisions: Sequence[Decision]) -> list["SentPostback"]:
        """Queue what the rules want. Runs in the conversion's transaction; a key that was there before stays alone.

        What was wanted is returned, as it was before it was written: without an id, be it queued or there before.
        """
        wanted = [(decision.change, rule) for decision in decisions for rule in decision.rules]
        origins = {url: _origin(url) for url in {rule.url for _change, rule in wanted}}
        receivers = Receiver.objects.by_origin({origin for origin in origins.values() if origin})
        rows = [SentPostback.of(change, rule, receivers.get(origins[rule.url])) for change, rule in wanted]
        insert(rows, skip_doubles=True)
        # only what is not the first news of its conversion can have been sent before
        if later := [row for row in rows if row.change and not row.change.is_first]:
            self._note_repetitions(later)
        return rows

    def _note_repetitions(self, rows: Sequence["SentPostback"]) -> None:
        """Those whose key was used up by an earlier change, pruned or not, are no postbacks: it is noted why."""
        keys = [row.task_key for row in rows]
        self.filter(task_key__in=SpentKey.objects.among(keys), state=State.QUEUED).delete()
        queued = set(self.filter(task_key__in=keys).values_list("task_key", "change", "rule"))
        Refusal.objects.note_repetitions(
            (row.change, row.rule_id, row.rule_name)
            for row in rows
            if row.change and row.rule_id and (row.task_key, row.change_id, row.rule_id) not in queued
        )

    @transaction.atomic
    def send_again(
        self, postbacks: Iterable["SentPostback"], wish: uuid.UUID | None = None, *, as_now: bool = False
    ) -> list["SentPostback"]:
        """Queue each once more, as a resend that names the one it repeats; what cannot be sent again is left out.

        `wish` tells one wish from another: the same twice (a double click, a reload) queues nothing new, and is
        answered with the same rows. Without one, every call is a new wish. `as_now`: not the same request, but what
        the rule says today; those whose rule is gone are left out.
        """
        wish = wish or uuid.uuid4()
        rows = [postback.again(wish) for postback in postbacks if postback.can_be_sent_again]
        rows = renewed(rows) if as_now else rows
        self.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
        return list(self.filter(task_key__in=[row.task_key for row in rows]).select_related("resend_of").order_by("pk"))

    def due(self) -> bool:
        """Whether something could be claimed now. Asks per receiver, so that a held one's backlog is never read."""
        ready = SentPostback.objects.filter(receiver=models.OuterRef("pk"), state=State.QUEUED, due_at__lte=Now())
        lanes = Q(models.Exists(ready.filter(lane=Lane.FIRST))) | Q(models.Exists(ready.filter(lane=Lane.RETRY)))
        return Receiver.objects.open().filter(lanes).exists()


def _origin(url: str) -> str:
    """'' where the rule's URL, which somebody wrote past our checks, has none: such a row ends failed, alone."""
    try:
        return url_template.origin(url)
    except ValueError:
        return ""


def renewed(rows: Iterable["SentPostback"]) -> list["SentPostback"]:
    """Resends, not saved yet, as their rules say today; those without a rule, or a host in it, are left out."""
    rows = list(rows)
    rules = PostbackRule.objects.in_bulk({row.rule_id for row in rows if row.rule_id})
    origins = {pk: _origin(rule.url) for pk, rule in rules.items()}
    receivers = Receiver.objects.by_origin({origin for origin in origins.values() if origin})
    terms = {pk: rule.kept_terms for pk, rule in rules.items()}
    rows = [row for row in rows if row.rule_id and origins.get(row.rule_id)]
    for row in rows:
        rule = rules[row.rule_id]
        row.method, row.url_template, row.url, row.notes = rule.method, rule.url, "", ""
        row.receiver, row.terms, row.rule_name = receivers[origins[rule.pk]], terms[rule.pk], rule.label
    return rows


def resend_key(wish: uuid.UUID, postback: int) -> str:
    """The task key of the resend that this wish makes of this postback."""
    return f"resend:{wish}:{postback}"


def idempotency_key(installation: uuid.UUID, task_key: str) -> str:
    """The same for every attempt, and for no other postback of any installation."""
    return str(uuid.uuid5(installation, task_key))


class SentPostback(models.Model):
    """One outgoing request that tells a receiver of a conversion. `status` is the conversion's, `state` its own."""

    task_key = models.CharField(_("task key"), max_length=120, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.POSTBACK)
    resend_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="resends",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("resend of"),
    )
    # as it was at collect; a rule that is gone leaves its number and its name, so that what waits of it can be found
    rule = models.ForeignKey(
        PostbackRule, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, verbose_name=_("rule")
    )
    rule_name = models.CharField(_("rule"), max_length=300, blank=True)
    change = models.ForeignKey(ConversionChange, models.PROTECT, null=True, verbose_name=_("change"))
    conversion = models.ForeignKey(
        Conversion, models.PROTECT, null=True, related_name="postbacks", verbose_name=_("conversion")
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, db_index=False, verbose_name=_("campaign"))
    source = models.ForeignKey(Source, models.PROTECT, null=True, db_index=False, verbose_name=_("source"))
    receiver = models.ForeignKey(Receiver, models.PROTECT, null=True, db_index=False, verbose_name=_("receiver"))
    subid = models.CharField(_("subid"), max_length=64, blank=True)
    external_id = models.CharField(_("external id"), max_length=500, blank=True)
    tid = models.CharField(_("tid"), max_length=255, blank=True)
    status = models.CharField(_("status"), max_length=32, blank=True)
    method = models.CharField(_("method"), max_length=4, choices=Method)
    url_template = models.TextField(_("URL template"))
    url = models.TextField(_("link"), blank=True, help_text=_("Rendered once; a retry repeats it."))
    notes = models.TextField(_("notes"), blank=True)
    # as its rule and source wanted it at collect; editing them changes only what comes later
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    latest = models.DateTimeField(_("not after"), null=True, help_text=_("Nothing is tried after this moment."))
    # the queue
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane, default=Lane.FIRST)
    due_at = models.DateTimeField(_("due"), null=True, db_default=Now())
    # one of the same rule and conversion that goes first; until that is finished this one has no due_at
    waits_for = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        related_name="followers",
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("waits for"),
    )
    lease_id = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # how the last attempt ended
    code = models.PositiveSmallIntegerField(_("code"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    error = models.TextField(_("reason"), blank=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"), null=True)
    created = models.DateTimeField(_("time"), db_default=Now(), db_index=True)
    finished = models.DateTimeField(_("finished"), null=True)

    objects = SentPostbackManager.from_queryset(SentPostbackQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("S2S postback")
        verbose_name_plural = _("S2S postbacks")
        # not unique=True, which makes a second index for LIKE: every index is written to at each claim and record
        constraints = [models.UniqueConstraint(fields=["task_key"], name="sent_once")]
        indexes = [
            models.Index(fields=["receiver", "lane", "due_at", "id"], name="sent_due", condition=Q(state="queued")),
            models.Index(fields=["resend_of"], name="sent_resend_of", condition=Q(resend_of__isnull=False)),
            models.Index(fields=["leased_until"], name="sent_leased_until", condition=Q(state="sending")),
            models.Index(fields=["rule"], name="sent_rule_waiting", condition=Q(state="queued")),
            models.Index(fields=["latest"], name="sent_latest", condition=Q(state="queued", latest__isnull=False)),
            models.Index(
                fields=["waits_for"], name="sent_waits_for", condition=Q(state="queued", waits_for__isnull=False)
            ),
            models.Index(fields=["state", "-id"], name="sent_state"),
            models.Index(fields=["status", "-id"], name="sent_status"),
            models.Index(fields=["campaign", "-id"], name="sent_campaign"),
            models.Index(fields=["source", "-id"], name="sent_source"),
            models.Index(fields=["receiver", "-id"], name="sent_receiver"),
            models.Index(fields=["subid", "-id"], name="sent_subid"),
            models.Index(fields=["external_id", "-id"], name="sent_external_id"),
            models.Index(fields=["tid", "-id"], name="sent_tid"),
            models.Index(fields=["kind", "-id"], name="sent_unusual", condition=UNUSUAL),
            models.Index(fields=["code", "-id"], name="sent_bad_answers", condition=BAD_ANSWERS),
            models.Index(fields=["-id"], name="sent_retried", condition=RETRIED),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name} {self.status} {self.subid}".strip()

    @classmethod
    def of(cls, change: ConversionChange, rule: PostbackRule, receiver: Receiver | None) -> "SentPostback":
        """What this rule wants sent of this change, not saved yet."""
        conversion, click = change.conversion, change.conversion.click
        postback = cls(
            task_key=rule.task_key(change),
            rule_id=rule.pk,
            rule_name=rule.label,
            change=change,
            conversion_id=conversion.pk,
            campaign_id=click.campaign_id,
            source_id=click.traffic_source_id,
            receiver_id=receiver.pk if receiver else None,
            subid=click.subid,
            external_id=click.external_id,
            tid=conversion.tid,
            status=change.status,
            method=rule.method,
            url_template=rule.url,
            terms=rule.kept_terms,
            latest=latest_for(rule, change.time),
        )
        if receiver is None:
            postback.state, postback.due_at, postback.finished = State.FAILED, None, Now()
            postback.error = "The rule's URL has no scheme and host."
        return postback

    def again(self, wish: uuid.UUID) -> "SentPostback":
        """The same request once more, not saved yet. What never went out is rendered anew: it may be half a URL."""
        names = COPIED if self.duration_ms is None else COPIED + RENDERED
        fields = {name: getattr(self, name) for name in names}
        return SentPostback(kind=Kind.RESEND, resend_of=self, task_key=resend_key(wish, self.pk), **fields)

    @property
    def is_waiting(self) -> bool:
        """Whether it can be cancelled."""
        return self.state == State.QUEUED

    @property
    def is_unknown(self) -> bool:
        """Whether a person has to say if it arrived."""
        return self.state == State.UNKNOWN

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINISHED

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it is finished, and has somewhere to go; a test is no postback that anybody waits for."""
        return self.is_finished and self.receiver_id is not None and self.kind != Kind.TEST
