"""`manage.py explain <subid>` says the same, in text."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from campaigns.models import Campaign, Click, Conversion, Visitor
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db


def explained(subid: str) -> str:
    out = StringIO()
    call_command("explain", subid, stdout=out)
    return out.getvalue()


def test_it_prints_each_rule_with_what_to_change(rule: PostbackRule, click: Click, saved: Saved) -> None:
    saved(status="rejected", tid="T1")

    said = explained(click.subid)
    assert said.startswith("0 sent, 0 queued, 0 failed, 1 not sent.\n")
    assert f"Click {click.subid} of Shoes" in said
    assert "#1 rejected, tid T1, " in said
    assert "  to MGID: not sent: status not ticked\n" in said
    assert "    - the rule does not tick “rejected” -> tick “rejected” in the rule's statuses\n" in said


def test_it_prints_what_is_wrong_with_the_click(campaign: Campaign, saved: Saved) -> None:
    click = Click.objects.record(campaign, {}, Visitor())

    assert "! this click has no external_id" in explained(click.subid)


def test_it_prints_received_postbacks(click: Click, client: Client, postback_url: str) -> None:
    client.get(postback_url, {"subid": click.subid, "status": "strange"})

    assert "Ignored: Unknown status “strange”" in explained(click.subid)


def test_nobody_is_no_error(db: None) -> None:
    assert explained("nobody").startswith("No click has the subid “nobody”.")


def test_foreign_text_does_not_steer_the_terminal(campaign: Campaign) -> None:
    click = Click.objects.record(campaign, {"external_id": "a\nb\x1b[31mred"}, Visitor())

    assert "\x1b" not in explained(click.subid)
    assert "a\nb" not in explained(click.subid)
