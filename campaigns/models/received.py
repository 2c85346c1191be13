"""What networks told us, word for word, and what we made of it."""

from collections.abc import Mapping, Sequence

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns import rows
from campaigns.models.campaign import Campaign
from campaigns.models.conversion import Conversion
from campaigns.models.judgement import Judgement, Verdict, refuse
from campaigns.report import Report

# what is known once it is judged; what was said is never written again
NOTED = ["subid", "tid", "status", "verdict", "code", "reason", "conversion", "campaign", "external_id"]


class ReceivedPostbackManager(models.Manager["ReceivedPostback"]):
    """Judges many at once."""

    def receive(self, received: Sequence["ReceivedPostback"], queries: Sequence[Mapping[str, str]]) -> None:
        """Store them, whatever they say; then judge them in their order, in one transaction."""
        rows.insert(received)
        reports = [Report.read(query) for query in queries]
        with transaction.atomic():
            judged = Conversion.objects.report_many(reports)
            for row, report, judgement in zip(received, reports, judged, strict=True):
                row.note(report, judgement)
            rows.update(received, NOTED)


class ReceivedPostback(models.Model):
    """An incoming postback. It is stored before it is judged, whatever it says."""

    method = models.CharField(_("method"), max_length=8)
    query = models.TextField(_("query"), blank=True)
    body = models.TextField(_("body"), blank=True)
    content_type = models.CharField(_("content type"), max_length=255, blank=True)
    ip = models.GenericIPAddressField(_("from IP"), null=True, blank=True)
    subid = models.CharField(_("subid"), max_length=64, blank=True)
    tid = models.CharField(_("tid"), max_length=255, blank=True)
    external_id = models.CharField(_("external id"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=255, blank=True)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict, default=Verdict.RECEIVED)
    reason = models.TextField(_("reason"), blank=True)
    code = models.PositiveSmallIntegerField(_("our answer"), null=True, blank=True)
    campaign = models.ForeignKey(
        Campaign, models.SET_NULL, null=True, blank=True, db_index=False, verbose_name=_("campaign")
    )
    conversion = models.ForeignKey(
        Conversion, models.SET_NULL, related_name="received", null=True, blank=True, verbose_name=_("conversion")
    )
    replay_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        related_name="replays",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("replay of"),
    )
    created = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    objects = ReceivedPostbackManager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("received postback")
        verbose_name_plural = _("received postbacks")
        indexes = [
            models.Index(fields=["subid", "-id"], name="received_subid"),
            models.Index(fields=["tid", "-id"], name="received_tid"),
            models.Index(fields=["external_id", "-id"], name="received_external_id"),
            models.Index(fields=["campaign", "-id"], name="received_campaign"),
            models.Index(fields=["verdict", "-id"], name="received_verdict"),
            models.Index(fields=["status", "-id"], name="received_status"),
            models.Index(fields=["replay_of"], name="received_replay_of", condition=Q(replay_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.subid or _('no subid')} {self.status}".strip()

    def judge(self, query: Mapping[str, str]) -> Report:
        """Make of it what it is: a conversion, an update, or nothing; verdict and reason commit with it."""
        report = Report.read(query)
        with transaction.atomic():
            [judgement] = Conversion.objects.report_many([report])
            self.note(report, judgement)
            self.save(update_fields=NOTED)
        return report

    def note(self, report: Report, judgement: Judgement) -> None:
        """Keep what became of it, not saved yet."""
        self.subid, self.tid, self.status = report.subid[:64], report.tid[:255], report.status[:255]
        self.verdict, self.code, self.reason = judgement.verdict, judgement.code, judgement.reason
        self.conversion = judgement.conversion
        if judgement.click:
            self.campaign, self.external_id = judgement.click.campaign, judgement.click.external_id

    def refuse(self, code: int, why: str) -> None:
        """End it unjudged: what it says could not be read."""
        self.note(Report(), refuse(Report(), code, f"{why} Postback refused."))
        self.save(update_fields=NOTED)
