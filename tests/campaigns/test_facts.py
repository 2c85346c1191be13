"""What macros can know of a click and of a piece of news."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import macros
from campaigns.devices import DeviceFacts
from campaigns.models import Campaign, Click, Conversion, Visitor

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.2 Mobile/15E148 Safari/604.1"
)
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0"
PIXEL = f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36"
GALAXY_TAB = f"Mozilla/5.0 (Linux; Android 13; SM-X700) {CHROME} Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def rendered(campaign):
    """A template, filled in for a click with these parameters."""

    def text(template, parameters=None, **visitor):
        click = Click.objects.record(campaign, parameters or {}, Visitor(**visitor))
        return macros.render(template, click.facts()).text

    return text


@pytest.fixture
def told(saved):
    """A template, filled in for the latest news of a conversion with these fields."""

    def text(template, **fields):
        change = saved(**{"status": "sale"} | fields).changes.with_facts().latest("pk")
        return macros.render(template, change.facts()).text

    return text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{external_id}", "ext+1"),
        ("{campaign_name}", "Shoes"),
        ("{traffic_source_name}", "MGID"),
        ("{source}", "news.example"),
        ("{keyword}", "red"),
        ("{creative_id}", "c1"),
        ("{ad_campaign_id}", "a1"),
        ("{cost}", "0.02"),
        ("{currency}", "EUR"),
        ("{ip}", "203.0.113.7"),
        ("{language}", "de"),
        ("{user_agent}", "UA"),
        ("{referrer}", "https%3A%2F%2Fnews.example"),
        ("{current_domain}", "track.example"),
        ("{device_id}", "d7"),
        ("{sub_id_5}", "five"),
        ("{extra_param_2}", "two"),
        ("{status}{tid}{conversion_revenue}", ""),
        ("{nobody}", ""),
    ],
)
def test_a_click_is_known_by_its_macros(rendered, template, text):
    said = {"external_id": "ext 1", "source": "news.example", "keyword": "red", "creative_id": "c1", "cost": "0.020"}
    said |= {"ad_campaign_id": "a1", "currency": "eur", "device_id": "d7", "sub5": "five", "extra_param_2": "two"}
    visitor = {"ip": "203.0.113.7", "language": "DE-at,en", "user_agent": "UA", "referrer": "https://news.example"}

    assert rendered(template, said, host="track.example", **visitor) == text


def test_a_campaign_without_a_source_has_no_name_for_it():
    alone = Campaign.objects.create(name="alone")
    click = Click.objects.record(alone, {}, Visitor())

    assert macros.render("{ts_id}|{traffic_source_name}", click.facts()).text == "|"


def test_a_click_keeps_the_source_its_campaign_had_then(click, campaign):
    Campaign.objects.update(source=None)

    assert macros.render("{traffic_source_name}", Click.objects.get().facts()).text == "MGID"


@pytest.mark.parametrize(
    ("user_agent", "facts"),
    [
        (IPHONE, "iOS|17.2|mobile|Apple|iPhone|Mobile Safari|0"),
        (PIXEL, "Android|14|mobile|Google|Pixel 8|Chrome Mobile|0"),
        (GALAXY_TAB, "Android|13|tablet||SM-X700|Chrome|0"),
        (WINDOWS, "Windows|10|desktop|||Firefox|0"),
        ("", "||||||0"),
    ],
)
def test_a_user_agent_tells_of_the_device(rendered, user_agent, facts):
    template = "{_os}|{_os_version}|{_device_type}|{_device_brand}|{_device_model}|{_browser}|{_is_bot}"

    assert rendered(template, user_agent=user_agent) == facts


def test_a_crawler_is_a_bot(rendered):
    assert rendered("{is_bot}", user_agent=GOOGLEBOT) == "1"


def test_what_the_link_says_of_the_device_goes_before_a_guess(rendered):
    assert rendered("{os}|{browser}", {"os": "KaiOS"}, user_agent=IPHONE) == "KaiOS|Mobile+Safari"


def test_what_only_the_link_can_know_comes_from_the_link(rendered):
    assert rendered("{country}|{city}|{offer_id}", {"country": "AT", "city": "Wien", "offer_id": "7"}) == "AT|Wien|7"


@given(st.text(max_size=200))
@settings(deadline=None)
def test_no_user_agent_makes_it_raise(user_agent):
    assert set(DeviceFacts(user_agent)) == set(DeviceFacts.NAMES)
    dict(DeviceFacts(user_agent))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{status}|{original_status}|{previous_status}", "sale|APPROVED|lead"),
        ("{tid}", "T+1"),
        ("{conversion_revenue}|{revenue}|{payout}", "12.5|12.5|12.5"),
        ("{cost}|{profit}", "0.5|12"),
        ("{currency}", "EUR"),
        ("{external_id}|{campaign_name}|{device_id}", "ext+1|Shoes|d7"),
    ],
)
def test_news_is_known_by_its_macros(saved, told, template, text):
    conversion = saved(status="lead", tid="T 1")
    fields = {"original_status": "APPROVED", "revenue": "12.50", "cost": "0.5", "currency": "EUR"}

    assert told(template, conversion=conversion, **fields) == text


def test_the_click_knows_the_cost_where_no_network_says_it(told, click):
    click.cost, click.currency = Decimal("0.25"), "USD"
    click.save()

    assert told("{cost}|{profit}|{currency}", revenue="1") == "0.25|0.75|USD"


def test_a_loss_is_a_loss(told):
    assert told("{profit}", revenue="1", cost="3.5") == "-2.5"


def test_the_time_is_that_of_the_news_and_not_of_the_click(told, click):
    Click.objects.update(created="2020-02-03T04:05:06Z")
    change_time = told("{conversion_time:U}|{_date:Y-m-d H:i:s}").split("|")

    assert change_time[1] == "2020-02-03 04:05:06"
    assert change_time[0] == str(int(Conversion.objects.get().changes.get().time.timestamp()))


def test_what_the_report_overrode_goes_before_the_clicks(told):
    assert told("{device_id}|{sub_id_1}", parameters={"device_id": "new", "sub_id_1": "s"}) == "new|s"


def test_the_facts_of_news_take_one_statement(saved, django_assert_num_queries):
    conversion = saved(status="sale")

    with django_assert_num_queries(1):
        change = conversion.changes.with_facts().get()
        macros.render("{campaign_name}{traffic_source_name}{external_id}{status}{os}", change.facts())
