"""What networks told us, word for word, and what we made of it."""

from collections.abc import Mapping

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.click import Click
from campaigns.models.conversion import Conversion
from campaigns.models.status import IGNORE, ConversionStatus
from campaigns.parameters import clean_text
from campaigns.report import Report

FIRST = "lead"  # where a conversion begins: it never comes after anything else


class Verdict(models.TextChoices):
    """What became of a received postback."""

    RECEIVED = "received", _("Received")  # not judged yet: if it stays so, we failed, and the network was told
    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    REPEATED = "repeated", _("Repeated")
    IGNORED = "ignored", _("Ignored")
    REFUSED = "refused", _("Refused")

    @property
    def is_accepted(self) -> bool:
        """Whether there is a conversion that says what the network said."""
        return self in {Verdict.CREATED, Verdict.UPDATED, Verdict.REPEATED}

    @property
    def is_taken(self) -> bool:
        """Whether the network did its part right, also where nothing came of it."""
        return self.is_accepted or self == Verdict.IGNORED


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
    created = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.subid or _('no subid')} {self.status}".strip()

    def judge(self, query: Mapping[str, str]) -> Report:
        """Make of it what it is: a conversion, an update, or nothing; verdict and reason commit with it."""
        report = Report.read(query)
        self.subid, self.tid, self.status = report.subid[:64], report.tid[:255], report.status[:255]
        with transaction.atomic():
            self._judge(report)
            self.save()
        return report

    def refuse(self, code: int, why: str) -> None:
        """End it unjudged: what it says could not be read."""
        self._end(Verdict.REFUSED, code, f"{why} Postback refused.", [])
        self.save()

    def _judge(self, report: Report) -> None:
        if not report.subid:
            return self._end(Verdict.REFUSED, 400, 'Incorrect subid "". Postback ignored.', report.notes)
        # The lock orders all that is said of one click, so that two at once make one conversion.
        click = Click.objects.select_for_update(no_key=True).filter(subid=report.subid).first()
        if click is None:
            return self._end(Verdict.REFUSED, 404, f"SubID not found: {report.subid[:64]}", report.notes)
        self.campaign, self.external_id = click.campaign, click.external_id
        if report.errors:
            return self._end(Verdict.REFUSED, 400, " ".join([*report.errors, "Postback refused."]), report.notes)
        known = ConversionStatus.objects.names()
        status, why = status_of(report, click.campaign, known)
        if not status:
            return self._end(Verdict.IGNORED, 200, why, report.notes)
        conversion = Conversion.objects.filter(click=click, tid=report.tid).first()
        if conversion and status == FIRST and conversion.status != FIRST:
            self.conversion = conversion
            why = f"Status {status} came after {conversion.status}: nothing was changed. Postback ignored."
            return self._end(Verdict.IGNORED, 200, why, report.notes)
        return self._take(report, status, conversion or Conversion(click=click, tid=report.tid))

    def _take(self, report: Report, status: str, conversion: Conversion) -> None:
        before = None if conversion.pk is None else conversion.status
        conversion.status, conversion.original_status = status, report.original_status
        conversion.revenue = conversion.revenue if report.revenue is None else report.revenue
        conversion.cost = conversion.cost if report.cost is None else report.cost
        conversion.currency = report.currency or conversion.currency
        conversion.parameters = {**conversion.parameters, **report.parameters}
        conversion.network = report.network or conversion.network
        conversion.save()
        self.conversion = conversion
        if before is None:
            return self._end(Verdict.CREATED, 200, f"Conversion created: {status}.", report.notes)
        if before == status:
            return self._end(Verdict.REPEATED, 200, f"The conversion was {status} already: no news.", report.notes)
        return self._end(Verdict.UPDATED, 200, f"Conversion updated: {before} to {status}.", report.notes)

    def _end(self, verdict: Verdict, code: int, reason: str, notes: list[str]) -> None:
        self.verdict, self.code = verdict, code
        self.reason = clean_text(" ".join([reason, *(f"Note: {note}." for note in notes)]))


def status_of(report: Report, campaign: Campaign, known: list[str]) -> tuple[str, str]:
    """Our status for the network's word, or '' and why not. The request's own lists go before the campaign's."""
    if not report.status:
        return "", "No status was given. Postback ignored."
    for words in (report.words, campaign.status_words):
        for status in (*known, IGNORE):
            if report.status in words.get(status, []):
                return (
                    ("", f"Status “{report.status}” is in the list of those to ignore.")
                    if status == IGNORE
                    else (status, "")
                )
    if report.status in known:
        return report.status, ""
    advice = f"known are {', '.join(known)}. Map it on the campaign's Statuses tab."
    return "", f"Unknown status “{report.status[:80]}”; {advice} Postback ignored."
