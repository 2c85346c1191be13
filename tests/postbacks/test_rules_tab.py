"""The S2S Postbacks tab: rules are added, changed, refused, switched off and deleted in place."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.forms import BooleanField, MultipleChoiceField
from django.http import HttpRequest
from django.test import Client

from campaigns.admin.slots import Silenced, slots
from campaigns.models import Campaign, ConversionStatus, Source
from postbacks.admin.rule_form import RuleForm
from postbacks.models import PostbackRule, SwitchedOff

TICKS = (BooleanField, MultipleChoiceField)  # not sent where nothing is ticked
URL = "https://93.184.216.34/p?c={external_id}"


def page_of(campaign: Campaign) -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/change/"


def typed(campaign: Campaign, *rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The campaign's page as it is sent with these rules; one with an id is an old one."""
    rows = campaign.parameters
    page: dict[str, Any] = {f"parameters-{key}": [row[key] for row in rows] for key in ("parameter", "name", "token")}
    page |= {"name": campaign.name, "alias": campaign.alias, "source": campaign.source_id or ""}
    page |= {"rules-TOTAL_FORMS": len(rules), "rules-INITIAL_FORMS": sum("id" in rule for rule in rules)}
    for place, rule in enumerate(rules):
        page |= {f"rules-{place}-{name}": value for name, value in rule.items()}
    return {**page, **fields}


def new(**fields: Any) -> dict[str, Any]:
    return {"name": "to them", "method": "GET", "url": URL, "statuses": ["lead", "sale"], "enabled": "on", **fields}


def old(rule: PostbackRule, **fields: Any) -> dict[str, Any]:
    return {"id": rule.pk, **new(name=rule.name, statuses=rule.statuses), **fields}


@pytest.fixture
def inherited(source: Source) -> PostbackRule:
    """A rule of the campaign's source."""
    return PostbackRule.objects.create(source=source, name="theirs", url=URL + "&token=secret", statuses=["sale"])


@pytest.fixture
def asked() -> Iterator[list[Silenced]]:
    """What was put to silence, each time a question might have been asked."""
    heard: list[Silenced] = []

    def question(request: HttpRequest, owner: Any) -> str | None:
        heard.append(request.silenced)  # type: ignore[attr-defined]
        return "/admin/asked/" if request.silenced else None  # type: ignore[attr-defined]

    slots.questions.insert(0, question)
    yield heard
    slots.questions.remove(question)


def test_a_rule_is_added_in_place(admin_client: Client, campaign: Campaign) -> None:
    admin_client.post(page_of(campaign), typed(campaign, new(again="on")))

    rule = PostbackRule.objects.get()
    assert (rule.campaign, rule.url, rule.statuses, rule.enabled, rule.again) == (
        campaign,
        URL,
        ["lead", "sale"],
        True,
        True,
    )


def test_a_new_campaign_takes_its_first_rule_with_it(admin_client: Client, source: Source) -> None:
    campaign = Campaign(name="New", alias="new", source=source)

    admin_client.post("/admin/campaigns/campaign/add/", typed(campaign, new()))

    assert Campaign.objects.get(alias="new").rules.get().name == "to them"


def test_a_source_has_rules_too(admin_client: Client, source: Source) -> None:
    page = typed(Campaign(name="MGID"), new())

    admin_client.post(f"/admin/campaigns/source/{source.pk}/change/", page)

    assert source.rules.get().name == "to them"


@pytest.mark.parametrize("owner", ["source", "campaign"])
def test_the_form_that_nobody_filled_in_is_no_rule(admin_client: Client, owner: str) -> None:
    """A browser sends every field of it, empty or as it was set."""
    untouched: dict[str, Any] = dict.fromkeys(RuleForm.base_fields, "")
    untouched = {name: value for name, value in untouched.items() if not isinstance(RuleForm.base_fields[name], TICKS)}
    page: dict[str, Any] = {f"rules-0-{name}": value for name, value in untouched.items()}
    page |= {"rules-0-method": "GET", "rules-0-enabled": "on", "rules-0-id": "", f"rules-0-{owner}": ""}
    page |= {"name": "MGID", "alias": "mgid", "rules-TOTAL_FORMS": 1, "rules-INITIAL_FORMS": 0}

    response = admin_client.post(f"/admin/campaigns/{owner}/add/", page)

    assert response.status_code == 302, response.content.decode()
    assert not PostbackRule.objects.exists()


def test_every_status_of_the_table_has_a_tick_box(admin_client: Client, campaign: Campaign) -> None:
    ConversionStatus.objects.create(name="deposit", label="Deposit")

    html = admin_client.get(page_of(campaign)).content.decode()

    for name in ("lead", "sale", "rejected", "rebill", "deposit"):
        assert f'name="rules-__prefix__-statuses" value="{name}"' in html


def test_a_rule_is_changed_and_deleted_in_place(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    other = PostbackRule.objects.create(campaign=campaign, name="gone", url=URL, statuses=["sale"])

    admin_client.post(page_of(campaign), typed(campaign, old(rule, method="POST"), old(other, DELETE="on")))

    assert list(PostbackRule.objects.values_list("pk", "method")) == [(rule.pk, "POST")]


@pytest.mark.parametrize(
    ("field", "fault", "words"),
    [
        ("url", {"url": "https://93.184.216.34/?r={conversion_revenu}"}, "conversion_revenue"),
        ("url", {"url": "93.184.216.34/p?c={external_id}"}, "did you mean https://93.184.216.34/p"),
        ("url", {"url": "https://{subid}.test/"}, "cannot stand in the host"),
        ("url", {"url": ""}, "required"),
        ("statuses", {"statuses": []}, "Tick at least one status"),
    ],
)
def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    admin_client: Client, campaign: Campaign, field: str, fault: dict[str, Any], words: str
) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, new(name="typed & kept", **fault)))

    form = page.context["inline_admin_formsets"][0].formset.forms[0]
    assert words in " ".join(form.errors[field])
    assert "typed &amp; kept" in page.content.decode()
    assert not PostbackRule.objects.exists()


def test_a_refused_rule_saves_nothing_of_the_page(admin_client: Client, campaign: Campaign) -> None:
    admin_client.post(page_of(campaign), typed(campaign, new(), new(url="nonsense"), name="Renamed"))

    campaign.refresh_from_db()
    assert campaign.name == "Shoes"
    assert not PostbackRule.objects.exists()


def test_a_parameter_of_the_same_save_counts(admin_client: Client, campaign: Campaign) -> None:
    campaign.parameters = [*campaign.parameters, {"parameter": "sub_id_1", "name": "zone", "token": ""}]

    admin_client.post(page_of(campaign), typed(campaign, new(url=URL + "&z={zone}")))

    assert campaign.rules.get().url.endswith("{zone}")


def test_a_parameter_counts_that_a_new_campaign_takes_from_its_source(admin_client: Client, source: Source) -> None:
    Source.objects.update(parameters=[{"parameter": "sub_id_1", "name": "zone", "token": ""}])

    page = typed(Campaign(name="New", alias="new", source=source), new(url=URL + "&z={zone}"))
    admin_client.post("/admin/campaigns/campaign/add/", page)

    assert Campaign.objects.get(alias="new").rules.get().url.endswith("{zone}")


def test_a_parameter_that_a_rule_needs_cannot_be_taken_away(admin_client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(parameters=[{"parameter": "sub_id_1", "name": "zone", "token": ""}])
    rule = PostbackRule.objects.create(campaign=campaign, url=URL + "&z={zone}", statuses=["sale"])

    page = admin_client.post(page_of(campaign), typed(campaign, old(rule, url=rule.url)))

    assert "zone" in " ".join(page.context["inline_admin_formsets"][0].formset.forms[0].errors["url"])


def test_a_doubt_is_saved_and_told(admin_client: Client, campaign: Campaign) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, new(url="https://93.184.216.34/p")), follow=True)

    assert campaign.rules.count() == 1
    assert "Saved, but: to them: Neither" in page.content.decode()


def test_a_doubt_stands_beside_its_rule(admin_client: Client, campaign: Campaign) -> None:
    PostbackRule.objects.create(campaign=campaign, url="https://93.184.216.34/p", statuses=["sale"])

    assert "the receiver cannot tell which click" in admin_client.get(page_of(campaign)).content.decode()


def test_rules_of_the_source_are_shown_without_their_secrets(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    html = admin_client.get(page_of(campaign)).content.decode()

    assert "theirs" in html
    assert f"/admin/campaigns/source/{campaign.source_id}/change/" in html
    assert "token=secret" not in html


def test_a_rule_of_the_source_is_switched_off_and_on_again(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    shown = {"rules-inherited-shown": inherited.pk}
    admin_client.post(page_of(campaign), typed(campaign, **shown))
    assert SwitchedOff.objects.get().rule == inherited

    admin_client.post(page_of(campaign), typed(campaign, **shown, **{"rules-inherited-on": inherited.pk}))

    assert not SwitchedOff.objects.exists()


def test_a_page_that_showed_no_rule_of_the_source_switches_none(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    admin_client.post(page_of(campaign), typed(campaign))

    assert not SwitchedOff.objects.exists()


def test_another_sources_rule_is_not_switched(admin_client: Client, campaign: Campaign) -> None:
    other = PostbackRule.objects.create(source=Source.objects.create(name="Other"), url=URL, statuses=["sale"])

    admin_client.post(page_of(campaign), typed(campaign, **{"rules-inherited-shown": other.pk}))

    assert not SwitchedOff.objects.exists()


def test_a_refused_save_keeps_the_tick_that_was_taken_away(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule
) -> None:
    page = typed(campaign, new(url="nonsense"), **{"rules-inherited-shown": inherited.pk})

    refused = admin_client.post(page_of(campaign), page)

    assert not refused.context["inline_admin_formsets"][0].formset.inherited()[0].is_on
    assert not SwitchedOff.objects.exists()


def test_what_was_disabled_or_deleted_is_asked_about(
    admin_client: Client, campaign: Campaign, rule: PostbackRule, asked: list[Silenced]
) -> None:
    other = PostbackRule.objects.create(campaign=campaign, url=URL, statuses=["sale"])

    page = typed(campaign, old(rule, enabled=""), old(other, DELETE="on"))
    answer = admin_client.post(page_of(campaign), page)

    assert asked == [Silenced(rules=[rule.pk, other.pk])]
    assert answer["Location"] == "/admin/asked/"


def test_pausing_a_campaign_is_asked_about_once(
    admin_client: Client, campaign: Campaign, asked: list[Silenced]
) -> None:
    for _time in range(2):
        admin_client.post(page_of(campaign), typed(campaign, paused="on"))

    assert asked == [Silenced(campaign=campaign.pk), Silenced()]


def test_switching_off_is_asked_about(
    admin_client: Client, campaign: Campaign, inherited: PostbackRule, asked: list[Silenced]
) -> None:
    admin_client.post(page_of(campaign), typed(campaign, **{"rules-inherited-shown": inherited.pk}))

    assert asked == [Silenced(switched_off=[inherited.pk])]


def test_a_save_that_silences_nothing_asks_nothing(
    admin_client: Client, campaign: Campaign, rule: PostbackRule, asked: list[Silenced]
) -> None:
    answer = admin_client.post(page_of(campaign), typed(campaign, old(rule)))

    assert asked == [Silenced()]
    assert answer["Location"] == "/admin/campaigns/campaign/"


def test_a_rules_text_is_escaped(admin_client: Client, campaign: Campaign, inherited: PostbackRule) -> None:
    PostbackRule.objects.update(name="<script>x</script>")
    PostbackRule.objects.create(campaign=campaign, name="</b><script>y</script>", url=URL, statuses=["sale"])

    html = admin_client.get(page_of(campaign)).content.decode()

    assert "<script>x" not in html
    assert "<script>y" not in html
