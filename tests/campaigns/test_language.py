"""A person reads the pages in English or Russian; machines read English."""

import re

from django.test import Client

from campaigns.models import ReceivedPostback

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}


def language_of(answer) -> str:
    found = re.search(r'<html lang="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def test_the_pages_are_english_where_nothing_is_asked_for(admin_client: Client) -> None:
    assert language_of(admin_client.get("/admin/")) == "en-gb"


def test_the_browser_asks_for_its_language(admin_client: Client) -> None:
    answer = admin_client.get("/admin/", headers=RUSSIAN)

    assert language_of(answer) == "ru"
    assert "Accept-Language" in answer["Vary"]


def test_a_language_that_nobody_translated_is_english(admin_client: Client) -> None:
    assert language_of(admin_client.get("/admin/", headers={"Accept-Language": "uk"})) == "en-gb"


def test_what_a_person_chose_goes_before_what_the_browser_asks(admin_client: Client) -> None:
    answer = admin_client.post("/admin/language/", {"language": "en-gb", "next": "/admin/"}, headers=RUSSIAN)

    assert answer["Location"] == "/admin/"
    assert language_of(admin_client.get("/admin/", headers=RUSSIAN)) == "en-gb"


def test_the_switch_offers_the_other_language_by_its_own_name(client: Client, db: None) -> None:
    html = client.get("/admin/login/").content.decode()

    assert re.findall(r'name="language" value="([\w-]+)"', html) == ["ru"]
    assert "Русский" in html


def test_the_choice_does_not_lead_to_another_host(client: Client, db: None) -> None:
    answer = client.post("/admin/language/", {"language": "ru", "next": "https://elsewhere.example/"})

    assert answer["Location"] == "/"


def test_a_network_is_answered_in_english(client: Client, postback_url: str) -> None:
    answer = client.get(postback_url, {"subid": "nobody", "status": "sale"}, headers=RUSSIAN)

    assert answer.content.decode() == "SubID not found: nobody"
    assert ReceivedPostback.objects.get().reason == "SubID not found: nobody"


def test_the_api_answers_in_english_after_a_russian_page(admin_client: Client) -> None:
    admin_client.get("/admin/", headers=RUSSIAN)

    answer = admin_client.post("/api/v1/clicks/", {}, "application/json", headers=RUSSIAN)

    assert "This field is required." in answer.content.decode()
