"""A test: one request, sent at once from the web process, because the person who asks wants to see the answer now."""

import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from campaigns import url_template
from campaigns.models import Installation
from delivery.claimed import Claimed, Draft, Ended
from delivery.models import Kind, Receiver, SentPostback, State
from delivery.outcome import answered, record
from delivery.rendering import request_of
from delivery.transport import PostbackRequest, PostbackResponse, transport_from_settings
from delivery.transport.contract import Trouble
from delivery.verdict import Outcome
from postbacks.models import PostbackRule
from postbacks.preview import Preview
from postbacks.terms import Terms

GRACE = 2  # seconds beyond the deadline in which a transport has to say that it has passed
ONCE = "a test is not tried again"


def send_test(rule: PostbackRule, preview: Preview, wish: uuid.UUID) -> tuple[SentPostback, bool]:
    """Send what the preview shows, once for each wish; the same wish again is answered with the same test, and False.

    The row is committed before anything goes out. Should this process die meanwhile the sweep ends it unknown: it
    says at most once, so nothing sends it a second time.
    """
    postback, is_new = _write(rule, preview, wish)
    if is_new:
        draft = Draft(_claimed(postback), postback.url)
        response = _ask(request_of(draft, Installation.objects.current().uuid))
        record([_last(answered(draft, response))])
        postback.refresh_from_db()
    return postback, is_new


@transaction.atomic(durable=True)
def _write(rule: PostbackRule, preview: Preview, wish: uuid.UUID) -> tuple[SentPostback, bool]:
    origin = url_template.origin(preview.url)
    fields = {
        **_of_rule(rule),
        **_of_subject(rule, preview),
        "receiver": Receiver.objects.by_origin({origin})[origin],
        "url": preview.url,
        "notes": f"Rendered empty: {', '.join(preview.absent)}" if preview.absent else "",
        "kind": Kind.TEST,
        "state": State.SENDING,
        "due_at": None,
        "attempts": 1,
        "lease_id": uuid.uuid4(),
        "leased_until": Now() + timedelta(seconds=settings.POSTBACK_LEASE),
    }
    postback, is_new = SentPostback.objects.get_or_create(task_key=f"test:{wish}", defaults=fields)
    postback.refresh_from_db()
    return postback, is_new


def _of_rule(rule: PostbackRule) -> dict[str, object]:
    """Its words, and how it judges an answer; what concerns other attempts and other postbacks is left out."""
    terms = {name: value for name, value in rule.kept_terms.items() if name not in {"in_order", "supersede"}}
    return {
        "rule_id": rule.pk,
        "rule_name": rule.label,
        "method": rule.method,
        "url_template": rule.url,
        "terms": {**terms, "at_most_once": True},
    }


def _of_subject(rule: PostbackRule, preview: Preview) -> dict[str, object]:
    """What is known of the click and the conversion whose facts are sent."""
    click, change = preview.subject.click, preview.subject.change
    owner = rule.campaign or rule.source
    fields: dict[str, object] = {
        "campaign": rule.campaign if rule.campaign and rule.campaign.pk else None,
        "source_id": rule.campaign.source_id if rule.campaign else owner and owner.pk,
    }
    if click:
        fields = {"campaign_id": click.campaign_id, "source_id": click.traffic_source_id}
        fields |= {"subid": click.subid, "external_id": click.external_id}
    if change:
        fields |= {"change": change, "conversion_id": change.conversion_id}
        fields |= {"tid": change.conversion.tid, "status": change.status}
    return fields


def _claimed(postback: SentPostback) -> Claimed:
    """The row as a worker would have claimed it."""
    if postback.receiver is None or postback.lease_id is None or postback.leased_until is None:
        raise ValueError("A test has a receiver and a lease from the start.")
    return Claimed(
        id=postback.pk,
        lease_id=postback.lease_id,
        attempts=postback.attempts,
        due_at=postback.created,
        task_key=postback.task_key,
        method=postback.method,
        url_template=postback.url_template,
        url=postback.url,
        receiver_id=postback.receiver.pk,
        change_id=postback.change_id,
        error="",
        leased_until=postback.leased_until,
        latest=None,
        terms=Terms.from_json(postback.terms),
        version=postback.receiver.version,
    )


def _ask(request: PostbackRequest) -> PostbackResponse:
    """Through a transport of its own, which disturbs no worker's; its deadline is every request's."""
    started, begun = timezone.now(), time.monotonic()
    transport = transport_from_settings()
    try:
        transport.start([request])
        responses = transport.poll(settings.POSTBACK_DEADLINE + GRACE)
    finally:
        transport.close(0)
    if responses := responses or transport.poll(0):
        return responses[0]
    lasted = time.monotonic() - begun  # a name lookup that hangs can be neither waited for nor interrupted
    return PostbackResponse(id=request.id, started=started, duration=lasted, error=Trouble.CLOSED, ours=True)


def _last(ended: Ended) -> Ended:
    """The same, where a postback would be tried again: a test is not."""
    outcome = ended.outcome
    if outcome.delay is None:
        return ended
    return Ended(ended.draft, Outcome(state=State.FAILED, error=f"{outcome.error} – {ONCE}"), ended.response)
