"""The page of one postback: all that is known of it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from responses import RequestsMock

from campaigns.models import Click, Conversion
from delivery.models import Attempt, Receiver, SentPostback, State
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]
Send = Callable[[], None]

pytestmark = pytest.mark.django_db

RECEIVER = "http://receiver.test/p"


def page(client: Client, postback: SentPostback) -> str:
    response = client.get(f"/admin/delivery/sentpostback/{postback.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def sent(rule: PostbackRule, saved: Saved, send: Send, http: RequestsMock) -> SentPostback:
    """A postback that the receiver has."""
    http.get(RECEIVER, body="thank you")
    saved(status="lead", tid="T-1")
    send()
    return SentPostback.objects.get()


def test_it_tells_all_that_is_known(admin_client: Client, sent: SentPostback, click: Click, rule: PostbackRule) -> None:
    said = page(admin_client, sent)

    for text in ("Sent", "200", "to MGID", "change #1", "T-1", "Shoes", "MGID", click.subid, "ext 1", "GET"):
        assert text in said
    assert "http://receiver.test/p?c=ext+1&amp;s=lead&amp;r=0" in said
    assert "http://receiver.test/p?c={external_id}&amp;s={status}&amp;r={conversion_revenue}" in said
    assert "thank you" in said


def test_it_links_to_what_it_is_about(admin_client: Client, sent: SentPostback, click: Click) -> None:
    said = page(admin_client, sent)

    assert reverse("admin:campaigns_conversion_change", args=[sent.conversion_id]) in said
    assert reverse("admin:campaigns_campaign_change", args=[sent.campaign_id]) in said
    assert reverse("explain", args=[click.subid]) in said


def test_it_lists_all_attempts(admin_client: Client, sent: SentPostback) -> None:
    Attempt.objects.create(postback=sent, number=7, started=sent.created, duration_ms=1234, error="no answer")

    said = page(admin_client, sent)
    assert said.index("thank you</pre>") < said.index("1234")
    assert "no answer" in said


def test_a_postback_without_attempts(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    saved(status="lead")

    said = page(admin_client, SentPostback.objects.get())
    assert "None yet: it waits for its first." in said
    assert "not rendered yet" in said


def test_a_resend_and_what_it_repeats_name_each_other(admin_client: Client, sent: SentPostback) -> None:
    (resend,) = SentPostback.objects.send_again([sent])

    assert f"#{resend.pk}</a>" in page(admin_client, sent)
    assert f"#{sent.pk}</a>" in page(admin_client, resend)


def test_a_rule_that_is_gone_leaves_its_name(admin_client: Client, sent: SentPostback, rule: PostbackRule) -> None:
    rule.delete()

    assert "to MGID (deleted since)" in page(admin_client, sent)


def test_foreign_text_is_escaped(admin_client: Client, sent: SentPostback) -> None:
    hostile = "<script>alert(1)</script>"
    SentPostback.objects.update(answer=hostile, error=hostile, url=hostile, notes=hostile, rule_name=hostile)
    Attempt.objects.update(answer=hostile, error=hostile)

    assert "<script>alert" not in page(admin_client, sent)


def test_only_what_is_possible_is_offered(admin_client: Client, sent: SentPostback) -> None:
    assert 'action="/admin/delivery/sentpostback/send-again/"' in page(admin_client, sent)
    assert 'action="/admin/delivery/sentpostback/cancel/"' not in page(admin_client, sent)

    SentPostback.objects.update(state=State.QUEUED)
    assert 'action="/admin/delivery/sentpostback/send-again/"' not in page(admin_client, sent)
    assert 'action="/admin/delivery/sentpostback/cancel/"' in page(admin_client, sent)

    SentPostback.objects.update(state=State.SENDING)
    assert 'method="post" action="/admin/delivery' not in page(admin_client, sent)


def test_nothing_can_be_edited(admin_client: Client, sent: SentPostback) -> None:
    response = admin_client.post(f"/admin/delivery/sentpostback/{sent.pk}/change/", {"state": "queued"})

    assert response.status_code == 403
    assert admin_client.get("/admin/delivery/sentpostback/add/").status_code == 403
    assert admin_client.post(f"/admin/delivery/sentpostback/{sent.pk}/delete/").status_code == 403


def test_who_only_looks_has_no_buttons_and_sees_no_secrets(client: Client, sent: SentPostback) -> None:
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)
    SentPostback.objects.update(url=f"{RECEIVER}?key=K1LL", url_template=f"{RECEIVER}?key=K1LL")

    said = page(client, sent)
    assert "K1LL" not in said
    assert "send-again" not in said


def test_the_receivers_are_listed_and_their_places_edited(admin_client: Client, sent: SentPostback) -> None:
    receiver = Receiver.objects.get()
    url = f"/admin/delivery/receiver/{receiver.pk}/change/"

    assert "http://receiver.test:80" in admin_client.get("/admin/delivery/receiver/").content.decode()
    admin_client.post(url, {"places": "3", "max_places": "100", "origin": "http://other.test:80"})

    receiver.refresh_from_db()
    assert (receiver.places, receiver.origin) == (3, "http://receiver.test:80")


def test_a_receiver_needs_a_place(admin_client: Client, sent: SentPostback) -> None:
    receiver = Receiver.objects.get()

    admin_client.post(f"/admin/delivery/receiver/{receiver.pk}/change/", {"places": "0", "max_places": "100"})

    assert Receiver.objects.get().places == receiver.places


def test_a_receiver_says_whether_something_waits(admin_client: Client, rule: PostbackRule, saved: Saved) -> None:
    saved(status="lead")

    assert "Waiting</span>" in admin_client.get("/admin/delivery/receiver/").content.decode()
