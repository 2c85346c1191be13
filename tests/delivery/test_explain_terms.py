"""What a rule asked for is said where a person looks: in the explanation, and on the page of the postback."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from campaigns.models import Click, Conversion
from delivery.admin.terms import in_words
from delivery.explain import Line, explain
from delivery.latest import end_too_late
from delivery.models import SentPostback, State
from postbacks.models import PostbackRule
from postbacks.schedules import Schedule
from postbacks.terms import Terms

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(rule: PostbackRule, click: Click, saved: Saved) -> Callable[..., Line]:
    """What is said of the first postback of a conversion that had two statuses, by a rule with these wishes."""

    def said(place: int = 0, **wishes: object) -> Line:
        PostbackRule.objects.update(**wishes)
        if not SentPostback.objects.exists():
            saved(saved(status="lead"), status="sale")
        return [line for section in explain(click.subid).sections for line in section.lines][place]

    return said


def page(client: Client, row: SentPostback) -> str:
    return client.get(f"/admin/delivery/sentpostback/{row.pk}/change/").content.decode()


def test_it_waits_for_another(line: Callable[..., Line], admin_client: Client) -> None:
    said = line(1, in_order=True)

    lead, sale = SentPostback.objects.order_by("pk")
    assert said.text == f"queued, waits for #{lead.pk}"
    assert "the rule asks for order" in said.causes[0].text
    assert f"#{lead.pk}</a>" in page(admin_client, sale)


def test_it_was_superseded(line: Callable[..., Line]) -> None:
    said = line(supersede=True)

    sale = SentPostback.objects.get(status="sale")
    assert said.text.endswith(f"superseded by sale (#{sale.pk})")
    assert "a later status supersedes" in said.causes[0].text


def test_it_came_too_late(line: Callable[..., Line], admin_client: Client) -> None:
    line(not_after_hours=1)
    SentPostback.objects.update(latest=Now() - timedelta(seconds=1))
    end_too_late()

    said = line()

    assert said.text.endswith("too late: it was never tried")
    assert f"not after {timezone.now():%Y-}" in said.causes[0].text
    assert "Not after" in page(admin_client, SentPostback.objects.get(status="lead"))


def test_nobody_knows_whether_it_arrived(line: Callable[..., Line]) -> None:
    line(at_most_once=True)
    SentPostback.objects.update(state=State.UNKNOWN, due_at=None, finished=Now())

    said = line()

    assert "whether it arrived is not known" in said.text
    assert "“It arrived”, or “Send again”" in said.causes[0].advice


def test_a_person_has_settled_it(line: Callable[..., Line]) -> None:
    line(at_most_once=True)
    SentPostback.objects.update(state=State.SENT, finished=Now(), error="settled by anna: it arrived")

    assert line().text.endswith("answer no answer (settled by anna: it arrived)")


def test_it_was_refused_with_200(line: Callable[..., Line]) -> None:
    line()
    SentPostback.objects.update(state=State.FAILED, code=200, duration_ms=1, error="rejected: x", answer="ERROR: x")

    assert "the rule takes this for a refusal" in line().causes[0].advice


def test_the_page_says_what_the_rule_said_then(line: Callable[..., Line], admin_client: Client) -> None:
    line(schedule="own", own_delays=[60, 7200], rejected_if="<b>", at_most_once=True)

    html = page(admin_client, SentPostback.objects.get(status="lead"))

    assert "own delays: 1m, 2h" in html
    assert "rejected if: &lt;b&gt;" in html
    assert "at most once" in html


def test_what_is_as_always_is_not_said(line: Callable[..., Line], admin_client: Client) -> None:
    line()

    assert "as the rule said then" not in page(admin_client, SentPostback.objects.get(status="lead")).lower()
    assert list(in_words({})) == []


def test_every_wish_has_its_words() -> None:
    terms = Terms(schedule=Schedule.FAST, success_codes=("200", "302"), retry_if=("a", "b"), in_order=True)

    assert list(in_words(terms.to_json())) == [
        "fast: after 1, 5, 15, 30 and 60 minutes",
        "success codes: 200, 302",
        "try again if: a, b",
        "in order",
    ]
