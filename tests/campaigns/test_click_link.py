"""A visitor comes through the click link: he is noted, and sent on."""

import json
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Click
from campaigns.parameters import FIELDS, KNOWN, MOST, mapped

pytestmark = pytest.mark.django_db

BROWSER = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (iPhone)",
    "HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9",
    "HTTP_REFERER": "https://news.example/a?b=c",
    "REMOTE_ADDR": "203.0.113.7",
}


@pytest.fixture
def visit(client, campaign):
    """Opens the campaign's link with these parameters."""

    def come(parameters=None, **headers):
        return client.get("/c/shoes", parameters or {}, **headers)

    return come


@pytest.fixture
def noted(visit):
    """The click that a visit with these parameters leaves."""

    def click(parameters=None, **headers):
        visit(parameters, **headers)
        return Click.objects.get()

    return click


@pytest.fixture
def destination(campaign):
    """Sends the campaign's visitors there."""

    def there(url):
        campaign.destination = url
        campaign.save()

    return there


def test_what_the_source_says_is_noted(noted, source, campaign):
    said = {name: f"{name} 1" for name in ("external_id", "source", "keyword", "creative_id", "ad_campaign_id")}

    click = noted(said | {"cost": "0,02", "currency": "usd"})

    assert {name: getattr(click, name) for name in said} == said
    assert (click.cost, click.currency) == (Decimal("0.02"), "USD")
    assert (click.campaign, click.traffic_source) == (campaign, source)


def test_what_the_visitor_brings_is_noted(noted):
    click = noted(**BROWSER)

    assert (click.ip, click.user_agent) == ("203.0.113.7", "Mozilla/5.0 (iPhone)")
    assert (click.language, click.referrer) == ("de-AT,de;q=0.9", "https://news.example/a?b=c")
    assert click.host == "testserver"


def test_every_other_parameter_is_noted_by_its_own_name(noted):
    said = {"sub_id_1": "a", "sub_id_30": "b", "extra_param_10": "c", "device_id": "7", "utm-source": "x", "Ünï": "y"}

    assert noted(said).parameters == said


def test_sub1_is_short_for_sub_id_1(noted):
    assert noted({"sub1": "a", "sub30": "b", "sub31": "c"}).parameters == {
        "sub_id_1": "a",
        "sub_id_30": "b",
        "sub31": "c",
    }


@pytest.mark.parametrize(
    ("query", "value"), [("sub1=a&sub_id_1=b", "a"), ("sub1=&sub_id_1=b", "b"), ("sub1=b&sub1=", "b")]
)
def test_of_two_names_the_first_that_says_something_counts(client, campaign, query, value):
    client.get(f"/c/shoes?{query}")

    assert Click.objects.get().parameters == {"sub_id_1": value}


def test_names_are_mapped_through_the_campaigns_parameters(noted, campaign):
    rows = [("external_id", "clickid"), ("cost", "bid"), ("sub_id_3", "zone"), ("device_id", "did")]
    campaign.parameters = [{"parameter": ours, "name": theirs, "token": ""} for ours, theirs in rows]
    campaign.save()

    click = noted({"clickid": "X", "bid": "1.5", "zone": "z", "did": "d"})

    assert (click.external_id, str(click.cost)) == ("X", "1.5000")
    assert click.parameters == {"sub_id_3": "z", "device_id": "d"}


def test_a_new_campaign_takes_the_parameters_of_its_source(campaign, source):
    assert campaign.parameters == source.parameters
    assert campaign.link.endswith("/c/shoes?external_id={click_id}")


@pytest.mark.parametrize("cost", ["", "free", "{cost}", "NaN", "1e999", "9" * 400, "99999999999999.9999"])
def test_a_cost_that_cannot_be_read_is_none(noted, cost):
    assert noted({"cost": cost}).cost == 0


def test_a_subid_is_short_and_like_no_other(visit):
    subids = {visit().content.decode() for _visit in range(20)}

    assert len(subids) == 20
    assert {len(subid) for subid in subids} == {20}


def test_without_a_destination_the_answer_is_the_subid(visit):
    response = visit()

    assert (response.status_code, response.content.decode()) == (200, Click.objects.get().subid)
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_the_visitor_is_sent_on_with_the_macros_filled_in(visit, destination):
    destination("https://shop.example/{campaign_name}?c={subid}&k={keyword}&x={device_id}&e=")

    response = visit({"keyword": "red shoes & more", "device_id": "ü"})

    subid = Click.objects.get().subid
    assert response.status_code == 302
    assert response["Location"] == f"https://shop.example/Shoes?c={subid}&k=red+shoes+%26+more&x=%C3%BC&e="
    assert Click.objects.get().destination == response["Location"]


def test_a_value_is_never_expanded(visit, destination):
    destination("https://shop.example/?k={keyword}")

    assert visit({"keyword": "{subid}"})["Location"] == "https://shop.example/?k=%7Bsubid%7D"


def test_a_destination_beyond_ascii_is_encoded(visit, destination):
    destination("https://shop.example/обувь?r={_keyword}")

    assert visit({"keyword": "ü b"})["Location"] == "https://shop.example/%D0%BE%D0%B1%D1%83%D0%B2%D1%8C?r=%C3%BC%20b"


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nb", "\x00", "a\x0bb", "\u2028", "\x85"])
@pytest.mark.parametrize("macro", ["{keyword}", "{_keyword}"])
def test_no_value_writes_a_header_of_its_own(visit, destination, macro, value):
    destination(f"https://shop.example/?k={macro}")

    response = visit({"keyword": value})

    assert response["Location"].startswith("https://shop.example/?k=")
    assert "Set-Cookie" not in response
    assert response["Location"].isascii()
    assert response["Location"].isprintable()


def test_a_paused_campaign_takes_visitors_still(visit, destination):
    destination("https://shop.example/")
    Campaign.objects.update(paused=True)

    assert visit().status_code == 302
    assert Click.objects.count() == 1


@pytest.mark.parametrize("alias", ["nobody", "SHOES", "shoes-", "x" * 2000])
def test_an_unknown_link_is_not_found_and_stores_nothing(client, campaign, alias):
    response = client.get(f"/c/{alias}?external_id=1")

    assert response.status_code == 404
    assert not Click.objects.exists()


@pytest.mark.parametrize("path", ["/c/", "/c/a/b", "/c/%00", "/c/%F0%9F%92%B0", "/c/shoes/", "/c/sho%20es"])
def test_what_is_no_alias_is_not_found(client, campaign, path):
    assert client.get(path).status_code in {301, 404}
    assert not Click.objects.exists()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused_and_store_nothing(campaign, method):
    response = Client(enforce_csrf_checks=False).generic(method, "/c/shoes?external_id=1")

    assert response.status_code == 405
    assert not Click.objects.exists()


def test_head_is_answered_like_get_without_a_body(client, campaign, destination):
    destination("https://shop.example/?k={keyword}")

    response = client.head("/c/shoes?keyword=red")

    assert (response.status_code, response["Location"], response.content) == (302, "https://shop.example/?k=red", b"")


@pytest.mark.parametrize("url", ["", "https://shop.example/?s={subid}"])
def test_head_records_no_click(client, campaign, destination, url):
    destination(url)

    assert client.head("/c/shoes").status_code == client.get("/c/shoes").status_code

    assert Click.objects.count() == 1


def test_no_answer_is_kept_by_a_cache(visit):
    assert "no-store" in visit()["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "length"),
    [("external_id", 500), ("source", 500), ("keyword", 500), ("creative_id", 200), ("ad_campaign_id", 200)],
)
def test_a_value_that_is_too_long_is_cut(noted, name, length):
    assert getattr(noted({name: "ü" * 3000}), name) == "ü" * length


def test_a_parameter_that_is_too_long_is_cut(noted):
    assert noted({"n" * 300: "v" * 3000}).parameters == {"n" * 100: "v" * 2000}


def test_of_very_many_parameters_the_first_are_noted(noted):
    assert len(noted({f"p{number}": "1" for number in range(200)}).parameters) == MOST


@pytest.mark.parametrize("header", ["HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_REFERER", "HTTP_X_FORWARDED_FOR"])
@pytest.mark.parametrize("value", ["", "x" * 9000, "\x00", "\xff\xfe", "a\x1bb"])
def test_no_header_of_a_visitor_breaks_anything(visit, header, value):
    assert visit(**{header: value}).status_code == 200


@pytest.mark.parametrize(
    "query", ["%ff=%fe", "%00=%00", "a=%ed%a0%80", "=&=&", "a[]=1&a[]=2", "%", "external_id=%F0%9F"]
)
def test_what_is_no_utf8_is_noted_as_far_as_it_can_be(client, campaign, query):
    assert client.get(f"/c/shoes?{query}").status_code == 200

    assert "\x00" not in json.dumps(Click.objects.get().parameters)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_asks_the_visitor_to_come_again(visit, failing):
    with failing('INSERT INTO "campaigns_click"'):
        response = visit()

    assert (response.status_code, response["Retry-After"]) == (503, "30")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=600)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*KNOWN, "sub1", "token", ""]) | TEXTS, TEXTS, max_size=8),
    st.sampled_from(["", "https://shop.example/{_keyword}?{_external_id}={_cost}&{token}", "{keyword}"]),
)
def test_nothing_that_a_visitor_sends_is_an_error_of_ours(visit, parameters, destination):
    Campaign.objects.update(destination=destination)

    assert visit(parameters).status_code in {200, 302}


@given(
    st.dictionaries(st.text(max_size=200) | st.sampled_from(KNOWN), st.text(max_size=3000), max_size=150),
    st.lists(st.sampled_from(KNOWN), max_size=5),
)
def test_whatever_a_link_brings_can_be_stored(query, names):
    values = mapped(query, [{"parameter": "sub_id_9", "name": name, "token": ""} for name in names])

    assert len(values) <= MOST
    for name, value in values.items():
        assert len(name) <= 100
        assert len(value) <= 2000
        assert "\x00" not in name + value
        (name + value).encode()
    assert set(FIELDS).isdisjoint(values) or set(query) & set(FIELDS)
