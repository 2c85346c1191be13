"""What a network's words mean, and which status may follow which."""

import pytest
from django.db import models

from campaigns.models import Conversion, ConversionChange, ConversionStatus, ReceivedPostback
from delivery.models import SentPostback

pytestmark = pytest.mark.django_db


def verdict():
    return ReceivedPostback.objects.latest("pk").verdict


@pytest.mark.parametrize("status", ["lead", "sale", "rejected", "rebill"])
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
def test_the_built_in_statuses_are_known(report, status, write):
    report(status=write(status))

    assert Conversion.objects.get().status == status


def test_a_status_of_ones_own_is_known(report):
    ConversionStatus.objects.create(name="deposit", label="Deposit")

    report(status="Deposit")

    assert Conversion.objects.get().status == "deposit"


def test_type_is_a_name_for_status(report):
    report(status="", type="sale")

    assert Conversion.objects.get().status == "sale"


@pytest.mark.parametrize(
    ("word", "status"),
    [("1", "sale"), ("APPROVED", "sale"), (" hold ", "lead"), ("trash", "rejected"), ("upsell", "rebill"), ("9", None)],
)
def test_the_lists_of_the_request_map_its_word(report, word, status):
    lists = {
        "sale_status": "1,Approved",
        "lead_status": "2, hold",
        "rejected_status": "3,trash",
        "rebill_status": "upsell",
    }
    report(status=word, ignore_status="9", **lists)

    assert list(Conversion.objects.values_list("status", flat=True)) == ([status] if status else [])


def test_the_lists_of_the_campaign_map_too(report, campaign):
    campaign.status_words = {"sale": ["confirmed"]}
    campaign.save()

    report(status="Confirmed")

    assert Conversion.objects.get().status == "sale"


def test_the_lists_of_the_request_go_before_the_campaigns(report, campaign):
    campaign.status_words = {"sale": ["1"]}
    campaign.save()

    report(status="1", rejected_status="1")

    assert Conversion.objects.get().status == "rejected"


def test_a_list_goes_before_the_words_own_meaning(report):
    report(status="sale", lead_status="sale")

    assert Conversion.objects.get().status == "lead"


@pytest.mark.parametrize("of_request", [True, False])
def test_a_word_to_ignore_is_ignored(report, campaign, of_request):
    campaign.status_words = {} if of_request else {"ignore": ["test"]}
    campaign.save()

    response = report(status="test", **({"ignore_status": "test"} if of_request else {}))

    assert (verdict(), response.content.decode()) == ("ignored", "Status “test” is in the list of those to ignore.")


def test_the_request_may_take_what_the_campaign_ignores(report, campaign):
    campaign.status_words = {"ignore": ["test"]}
    campaign.save()

    report(status="test", sale_status="test")

    assert Conversion.objects.get().status == "sale"


def test_no_status_is_ignored_and_says_so(report):
    response = report(status="")

    assert (response.status_code, response.content) == (200, b"No status was given. Postback ignored.")
    assert verdict() == "ignored"


def test_an_unknown_status_is_ignored_and_says_what_to_do(report):
    response = report(status="approved")

    assert response.content.decode() == (
        "Unknown status “approved”; known are lead, sale, rejected, rebill. "
        "Map it on the campaign's Statuses tab. Postback ignored."
    )
    assert not Conversion.objects.exists()


def test_the_original_status_is_the_networks_own_word(report):
    report(status="Approved", sale_status="approved")

    conversion = Conversion.objects.get()
    assert (conversion.status, conversion.original_status) == ("sale", "Approved")
    assert ReceivedPostback.objects.get().status == "approved"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("lead", "sale"),
        ("lead", "rejected"),
        ("sale", "rejected"),
        ("rebill", "rejected"),
        ("rejected", "sale"),
        ("sale", "rebill"),
    ],
)
def test_one_status_follows_another(report, before, after):
    report(status=before)
    response = report(status=after)

    conversion = Conversion.objects.get()
    assert (conversion.previous_status, conversion.status) == (before, after)
    assert (verdict(), response.content) == ("updated", b"Success")


@pytest.mark.parametrize("before", ["sale", "rejected", "rebill"])
def test_a_late_lead_changes_nothing(report, before):
    report(status=before, payout="5")
    response = report(status="lead", payout="1")

    conversion = Conversion.objects.get()
    assert (conversion.status, str(conversion.revenue)) == (before, "5.0000")
    assert response.content.decode() == f"Status lead came after {before}: nothing was changed. Postback ignored."


def test_a_late_lead_is_logged_with_its_conversion(report):
    report(status="sale")
    report(status="lead")

    received = ReceivedPostback.objects.latest("pk")
    assert (received.verdict, received.conversion) == ("ignored", Conversion.objects.get())


def test_a_repeat_is_accepted_and_sends_nothing(report, rule):
    report(status="sale")
    response = report(status="sale")

    assert (response.content, verdict()) == (b"Success", "repeated")
    assert ConversionChange.objects.count() == SentPostback.objects.count() == 1


def test_the_statuses_are_in_every_new_database():
    assert ConversionStatus.objects.names() == ["lead", "sale", "rejected", "rebill"]


def test_a_built_in_status_cannot_be_deleted():
    with pytest.raises(models.ProtectedError):
        ConversionStatus.objects.get(name="lead").delete()
