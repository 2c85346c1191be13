"""The page of a received postback: the request, what we took each parameter for, and what it made."""

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.meaning import meanings
from campaigns.models import Click, Conversion, ReceivedPostback

pytestmark = pytest.mark.django_db

Page = Callable[..., str]


@pytest.fixture
def page(admin_client: Client, client: Client, postback_url: str) -> Page:
    """The page of what a network's GET leaves in the log."""

    def of(query: str) -> str:
        client.get(f"{postback_url}?{query}")
        newest = ReceivedPostback.objects.latest("pk")
        response = admin_client.get(reverse("admin:campaigns_receivedpostback_change", args=[newest.pk]))
        return unescape(response.content.decode())

    return of


def test_it_shows_the_request_word_for_word(page: Page, click: Click) -> None:
    assert f"subid={click.subid}&&x=%41+&status" in page(f"subid={click.subid}&&x=%41+&status")


def test_it_leads_to_the_click_and_to_the_conversion(page: Page, click: Click) -> None:
    said = page(f"subid={click.subid}&status=sale")

    assert reverse("admin:campaigns_click_change", args=[click.pk]) in said
    assert reverse("admin:campaigns_conversion_change", args=[Conversion.objects.get().pk]) in said


def test_nobodys_subid_leads_nowhere(page: Page, click: Click) -> None:
    said = page("subid=nobodys&status=sale")

    assert "none: the reason says why" in said
    assert "/admin/campaigns/click/1" not in said


def test_a_request_without_parameters_says_so(page: Page) -> None:
    assert "nothing that could be read" in page("")


def test_what_a_network_sends_is_escaped(page: Page, admin_client: Client) -> None:
    page("subid=%3Cscript%3Ealert(1)%3C/script%3E&%3Cscript%3Ealert(2)=3")
    newest = ReceivedPostback.objects.latest("pk")

    said = admin_client.get(reverse("admin:campaigns_receivedpostback_change", args=[newest.pk])).content.decode()
    assert "<script>alert" not in said


@pytest.mark.parametrize(
    ("name", "value", "taken_for"),
    [
        ("clickid", "abc", "subid"),
        ("type", "sale", "status"),
        ("payout", "12,5", "revenue"),
        ("from", "Net", "network"),
        ("return", "OK", "what we answer"),
        ("sale_status", "1,approved", "words for the status sale"),
        ("sub3", "x", "sub_id_3, in the place of the click's"),
        ("payout", "{payout}", "nothing: its sender did not fill it in"),
        ("status", " ", "nothing: it is empty"),
        ("utm_source", "x", "nothing: we do not use it"),
    ],
)
def test_each_parameter_is_told_in_our_words(name: str, value: str, taken_for: str) -> None:
    (meaning,) = meanings({name: value})

    assert (meaning.name, meaning.value, meaning.taken_for) == (name, value, taken_for)


def test_of_two_spellings_the_first_that_says_something_counts() -> None:
    told = meanings({"clickid": "b", "subid": "a", "profit": "2", "payout": "{payout}"})

    assert {one.name: one.taken_for for one in told} == {
        "clickid": "nothing: subid goes first",
        "subid": "subid",
        "profit": "revenue",
        "payout": "nothing: its sender did not fill it in",
    }
