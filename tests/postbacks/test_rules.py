"""A rule is judged before it is saved: what could only fail is refused, what may be a slip is spoken of."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, ConversionStatus
from delivery.models import SentPostback
from postbacks.models import PostbackRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(campaign):
    """A rule as somebody typed it, not saved yet."""

    def rule(url="https://pb.example/?c={external_id}", **fields):
        return PostbackRule(**{"campaign": campaign, "url": url, "statuses": ["sale"]} | fields)

    return rule


def refusals(rule):
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    return refused.value.message_dict


def test_a_good_rule_is_taken_without_a_word(typed):
    rule = typed()

    rule.full_clean()

    assert list(rule.warnings()) == []


def test_space_around_the_url_is_taken_off(typed):
    rule = typed("  https://pb.example/?c={external_id}\n")

    rule.full_clean()

    assert rule.url == "https://pb.example/?c={external_id}"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://pb.example/?c={externa_id}", "Unknown macro {externa_id}: did you mean {external_id}?"),
        (
            "https://pb.example/?c={subid}&r={coversion_revenue}",
            "Unknown macro {coversion_revenue}: did you mean {conversion_revenue}?",
        ),
        ("https://pb.example/?c={subid}&e={replace}", "Unknown macro {replace}"),
        ("https://pb.example/?aid={AID-FROM-DASHBOARD}&c={subid}", "Unknown macro {AID-FROM-DASHBOARD}"),
        ("pb.example/?c={subid}", "The URL has no scheme: did you mean https://pb.example/?c={subid} ?"),
        ("//pb.example/?c={subid}", "did you mean https://pb.example/"),
        ("subid={subid}&status={status}", "The URL has neither scheme nor host"),
        ("ftp://pb.example/?c={subid}", "ftp:// is neither http:// nor https://"),
        ("https:///?c={subid}", "The URL has no host."),
        ("{source}://pb.example/?c={subid}", "A macro cannot stand in the scheme"),
        ("https://{source}.example/?c={subid}", "A macro cannot stand in the host or port"),
        ("https://pb.example:{sub_id_1}/?c={subid}", "A macro cannot stand in the host or port"),
        ("https://user:secret@pb.example/?c={subid}", "There is an @ before the host"),
        ("https://10.0.0.1/?c={subid}", "10.0.0.1 is a private address"),
        ("https://[::1]/?c={subid}", "::1 is a loopback address"),
        (
            "https://pb.example/?r={conversion_revenue:a,b}&c={subid}",
            "{conversion_revenue:a,b}: one currency is needed",
        ),
        ("https://pb.example/?c={ subid }", "a brace belongs to no macro"),
        ("https://pb.example/" + "x" * 8200, "8192 is the most"),
    ],
)
def test_a_url_that_could_only_fail_is_refused(typed, url, problem):
    assert problem in " ".join(refusals(typed(url))["url"])


@pytest.mark.parametrize("url", ["", "   "])
def test_an_empty_url_is_refused(typed, url):
    assert refusals(typed(url))["url"]


@pytest.mark.parametrize(
    ("url", "doubt"),
    [
        ("https://pb.example/?e=EVENT&c={subid}", "EVENT looks like a word to fill in."),
        ("https://pb.example/?key=REPLACE&c={subid}", "REPLACE looks like a word to fill in."),
        ("https://pb.example/?key=YOUR_KEY&c={subid}", "YOUR_KEY looks like a word to fill in."),
        ("https://pb.example/?c={clickid}", "did you mean {external_id}, the source's click id?"),
        ("https://pb.example/subid={subid}", "There is no ? before the parameters"),
        ("https://pb.example/?r={conversion_revenue}", "Neither {external_id} nor {subid} is in the URL"),
    ],
)
def test_a_doubt_is_spoken_of_and_the_rule_saved(typed, url, doubt):
    rule = typed(url)

    rule.full_clean()
    rule.save()

    assert doubt in " ".join(rule.warnings())


def test_a_parameter_of_the_campaign_is_a_macro(typed, campaign):
    campaign.parameters = [{"parameter": "device_id", "name": "did", "token": "{DEVICE}"}]

    typed("https://pb.example/?c={external_id}&d={device_id}&e={did}").full_clean()


def test_a_parameter_of_the_source_is_a_macro_in_its_rules(typed, source):
    source.parameters = [{"parameter": "device_id", "name": "did", "token": "{DEVICE}"}]

    typed("https://pb.example/?c={external_id}&d={did}", campaign=None, source=source).full_clean()


@pytest.mark.parametrize("statuses", [[], None, "sale", {}, {"sale": 1}])
def test_no_status_at_all_is_refused(typed, statuses):
    assert refusals(typed(statuses=statuses))["statuses"]


@pytest.mark.parametrize("status", ["paid", "Sale", "", 7, None, ["sale"]])
def test_an_unknown_status_is_refused_with_the_known_ones(typed, status):
    assert refusals(typed(statuses=["sale", status]))["statuses"] == [
        f"Unknown status “{status}”; known are lead, sale, rejected, rebill."
    ]


def test_a_status_of_ones_own_is_known(typed):
    ConversionStatus.objects.create(name="deposit", label="Deposit")

    typed(statuses=["deposit"]).full_clean()


def test_another_method_is_refused(typed):
    assert refusals(typed(method="PUT"))["method"]


def test_all_that_is_wrong_is_told_at_once(typed):
    assert {"url", "statuses", "method"} <= set(refusals(typed("pb.example", statuses=[], method="PUT")))


def test_a_private_receiver_is_taken_where_its_network_is_allowed(typed):
    typed("http://127.0.0.1:9000/?c={subid}").full_clean()


@pytest.mark.parametrize("owners", ["neither", "both"])
def test_the_database_takes_exactly_one_owner(source, campaign, owners):
    fields = {} if owners == "neither" else {"source": source, "campaign": campaign}

    with pytest.raises(IntegrityError), transaction.atomic():
        PostbackRule.objects.create(url="https://pb.example/", statuses=["sale"], **fields)


@pytest.mark.parametrize("owners", ["neither", "both"])
def test_a_person_is_told_of_exactly_one_owner(typed, source, campaign, owners):
    rule = typed(campaign=None) if owners == "neither" else typed(source=source)

    assert "exactly one of the two" in " ".join(refusals(rule)["__all__"])


@pytest.mark.parametrize(
    ("name", "url", "label"),
    [("to MGID", "https://a.test/", "to MGID"), ("", "https://a.test:81/x", "a.test:81"), ("", "nonsense", "#7")],
)
def test_a_rule_is_called_by_its_name_or_its_host(name, url, label):
    assert str(PostbackRule(pk=7, name=name, url=url)) == label


def test_a_campaign_finds_its_rules_and_those_of_its_source(ask_for, source, campaign):
    own, inherited = ask_for(campaign=campaign), ask_for(source=source)
    ask_for(campaign=Campaign.objects.create(name="boots", source=source))

    assert list(PostbackRule.objects.for_campaign(campaign)) == [own, inherited]


def test_a_campaign_without_a_source_finds_no_sources_rules(ask_for, source):
    ask_for(source=source)

    assert not PostbackRule.objects.for_campaign(Campaign.objects.create(name="alone")).exists()


@pytest.mark.parametrize("behind", ["?", "#", "/"])
def test_a_rule_without_a_name_is_called_by_its_host_alone(typed, behind):
    rule = typed(f"https://pb.example{behind}token=secret&c={{external_id}}{'x' * 400}")

    assert rule.label == "pb.example"


def test_a_long_url_without_a_path_keeps_no_conversion_out(typed, saved):
    rule = typed("https://pb.example?c={external_id}&s={status}" + "&more={sub_id_1}" * 30)
    rule.full_clean()
    rule.save()

    saved(status="sale")

    assert SentPostback.objects.get().rule_name == "pb.example"
