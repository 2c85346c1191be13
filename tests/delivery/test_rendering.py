"""Rendering: each postback is rendered once, and what cannot be sent ends alone."""

import uuid

import pytest

from campaigns.models import Installation
from delivery.models import SentPostback, State
from delivery.models.sent import idempotency_key
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db
ANYWHERE = "http://receiver.test/p"


def test_a_retry_repeats_the_very_same_url(rule, http, saved, send, due_now, urls):
    http.get(ANYWHERE, status=500)
    http.get(ANYWHERE)
    PostbackRule.objects.update(url=f"{ANYWHERE}?c={{subid}}&n={{random:1,1000000000}}")
    saved(status="sale")

    send()
    due_now()
    send()

    assert len(urls()) == 2
    assert len(set(urls())) == 1
    assert SentPostback.objects.get().url == urls()[0]


def test_the_idempotency_key_is_the_same_for_every_attempt(rule, http, saved, send, due_now):
    http.get(ANYWHERE, status=500)
    saved(status="sale")

    for _attempt in range(3):
        send()
        due_now()

    keys = {call.request.headers["Idempotency-Key"] for call in http.calls}
    task_key = SentPostback.objects.get().task_key
    assert keys == {str(uuid.uuid5(Installation.objects.current().uuid, task_key))}


def test_the_idempotency_key_is_another_for_every_postback(rule, http, saved, send):
    http.get(ANYWHERE)
    saved(saved(status="lead"), status="sale")
    saved(status="sale", tid="T")

    send()

    assert len({call.request.headers["Idempotency-Key"] for call in http.calls}) == 3


def test_another_installation_has_other_keys(rule, saved):
    saved(status="sale")
    row = SentPostback.objects.get()

    assert idempotency_key(uuid.uuid4(), row.task_key) != idempotency_key(uuid.uuid4(), row.task_key)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (
            f"{ANYWHERE}?r={{conversion_revenue:eur}}",
            "No exchange rate to EUR is known: the conversion has no currency",
        ),
        (
            "http://10.0.0.1/",
            "10.0.0.1 is a private address; allow its network in POSTBACK_ALLOWED_NETWORKS if it is meant",
        ),
        (ANYWHERE + "x" * 8200, "the URL is 8,222 characters long; 8,192 is the most"),
    ],
)
def test_what_cannot_be_sent_ends_failed_alone(queued, change, http, send, template, reason):
    change.revenue = 5
    change.save()
    http.get(ANYWHERE)
    (bad,), (good,) = queued(url_template=template), queued()

    send()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.error, bad.lease_id, bad.due_at) == (State.FAILED, reason, None, None)
    assert (good.state, len(http.calls)) == (State.SENT, 1)


def test_what_rendered_empty_is_noted(rule, http, saved, send):
    http.get(ANYWHERE)
    PostbackRule.objects.update(url=f"{ANYWHERE}?c={{subid}}&t={{tid}}&k={{keyword}}")

    saved(status="sale")
    send()

    assert SentPostback.objects.get().notes == "Rendered empty: tid, keyword"


@pytest.mark.parametrize(
    ("template", "url"),
    [
        (f"{ANYWHERE}?t={{status:rejected=два слова}}", f"{ANYWHERE}?t=%D0%B4%D0%B2%D0%B0"),
        (f"{ANYWHERE}/ü?a=b c", f"{ANYWHERE}/%C3%BC?a=b%20c"),
        (f"{ANYWHERE}?x=%20%7B", f"{ANYWHERE}?x=%20%7B"),
    ],
)
def test_a_url_goes_out_in_ascii(queued, http, send, urls, template, url):
    http.get(ANYWHERE)
    http.get(f"{ANYWHERE}/%C3%BC")
    queued(url_template=template)

    send()

    assert urls() == [url]
