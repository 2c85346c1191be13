"""The Delivery part of the S2S Postbacks tab: of a rule, and of a source for all its rules."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import Campaign, Source
from postbacks.models import PostbackRule, SourceTerms
from tests.postbacks.test_rules_tab import new, old, page_of, typed


def page_of_source(source: Source) -> str:
    return f"/admin/campaigns/source/{source.pk}/change/"


def said(**fields: Any) -> dict[str, Any]:
    return {f"rules-terms-{name}": value for name, value in {"schedule": "standard", **fields}.items()}


def test_a_rule_says_how_it_is_delivered(admin_client: Client, campaign: Campaign) -> None:
    fields = {"schedule": "own", "own_delays": "1m, 5m, 2h", "not_after_hours": "168", "success_codes": "200 302"}
    fields |= {"rejected_if": "ERROR:\r\nno*click", "at_most_once": "on", "in_order": "on"}

    admin_client.post(page_of(campaign), typed(campaign, new(**fields)))

    rule = PostbackRule.objects.get()
    assert (rule.schedule, rule.own_delays, rule.not_after_hours) == ("own", [60, 300, 7200], 168)
    assert (rule.success_codes, rule.rejected_if.split()) == ("200, 302", ["ERROR:", "no*click"])
    assert (rule.at_most_once, rule.in_order, rule.supersede) == (True, True, False)


def test_what_was_said_is_shown_as_it_was_typed(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    PostbackRule.objects.update(schedule="own", own_delays=[60, 5400], retry_if="</textarea><script>")

    html = admin_client.get(page_of(campaign)).content.decode()

    assert 'value="1m, 90m"' in html
    assert "</textarea><script>" not in html


def test_an_untouched_rule_is_not_changed(admin_client: Client, campaign: Campaign, rule: PostbackRule) -> None:
    PostbackRule.objects.update(schedule="own", own_delays=[60])

    page = typed(campaign, old(rule, url=rule.url.replace("receiver.test", "93.184.216.34"), schedule="own"))
    admin_client.post(page_of(campaign), {**page, "rules-0-own_delays": "1m"})

    assert PostbackRule.objects.get().own_delays == [60]


@pytest.mark.parametrize(
    ("field", "fault", "words"),
    [
        ("own_delays", {"schedule": "own", "own_delays": "5"}, "“5” is no delay"),
        ("own_delays", {"schedule": "own"}, "Say after how long"),
        ("own_delays", {"own_delays": "1m"}, "Choose the schedule “own delays”"),
        ("schedule", {"schedule": "weekly"}, "weekly"),
        ("not_after_hours", {"not_after_hours": "0"}, "greater than or equal to 1"),
        ("not_after_hours", {"not_after_hours": "99999"}, "less than or equal to 8760"),
        ("success_codes", {"success_codes": "fine"}, "“fine” is no code"),
        ("retry_if", {"retry_if": "*"}, "found in every answer"),
    ],
)
def test_a_refusal_stands_at_its_field(
    admin_client: Client, campaign: Campaign, field: str, fault: dict[str, Any], words: str
) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, new(**fault)))

    form = page.context["inline_admin_formsets"][0].formset.forms[0]
    assert words in " ".join(form.errors[field])
    assert not PostbackRule.objects.exists()


def test_it_is_folded_away_without_javascript(admin_client: Client, campaign: Campaign) -> None:
    html = admin_client.get(page_of(campaign)).content.decode()

    assert html.count("<details><summary>") == 2  # of the new rule, and of the one that JavaScript adds


def test_superseding_without_again_is_doubted(admin_client: Client, campaign: Campaign) -> None:
    page = admin_client.post(page_of(campaign), typed(campaign, new(supersede="on")), follow=True)

    assert "It supersedes without “again”" in page.content.decode()


def test_a_source_says_it_for_all_its_rules(admin_client: Client, source: Source) -> None:
    page = typed(Campaign(name="MGID"), new(), **said(schedule="own", own_delays="1h", not_after_hours="24"))

    admin_client.post(page_of_source(source), page)

    terms = SourceTerms.objects.get()
    assert (terms.source, terms.schedule, terms.own_delays, terms.not_after_hours) == (source, "own", [3600], 24)


def test_a_new_source_says_it_too(admin_client: Client, db: None) -> None:
    admin_client.post("/admin/campaigns/source/add/", typed(Campaign(name="New"), new(), **said(schedule="fast")))

    assert SourceTerms.objects.get().source.name == "New"


def test_a_source_that_says_nothing_new_gets_no_row(admin_client: Client, source: Source) -> None:
    admin_client.post(page_of_source(source), typed(Campaign(name="MGID"), **said()))

    assert not SourceTerms.objects.exists()


def test_what_a_source_said_is_shown_and_changed(admin_client: Client, source: Source) -> None:
    SourceTerms.objects.create(source=source, schedule="own", own_delays=[90])
    assert 'value="90s"' in admin_client.get(page_of_source(source)).content.decode()

    admin_client.post(page_of_source(source), typed(Campaign(name="MGID"), **said(schedule="day", own_delays="")))

    assert SourceTerms.objects.values_list("schedule", "own_delays").get() == ("day", [])


def test_a_page_without_it_changes_nothing(admin_client: Client, source: Source) -> None:
    SourceTerms.objects.create(source=source, schedule="day")

    admin_client.post(page_of_source(source), typed(Campaign(name="MGID"), new()))

    assert SourceTerms.objects.get().schedule == "day"


def test_a_refused_source_saves_nothing(admin_client: Client, source: Source) -> None:
    page = typed(Campaign(name="Renamed"), new(), **said(schedule="own", own_delays="soon"))

    html = admin_client.post(page_of_source(source), page).content.decode()

    assert "“soon” is no delay" in html
    assert "<details open>" in html
    assert not PostbackRule.objects.exists()
    assert Source.objects.get().name == "MGID"


def test_who_may_not_change_rules_changes_no_terms(client: Client, source: Source) -> None:
    user = User.objects.create_user("u", is_staff=True)
    names = ["change_source", "view_source", "view_postbackrule"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    client.post(page_of_source(source), typed(Campaign(name="MGID"), **said(schedule="fast")))

    assert not SourceTerms.objects.exists()
    assert "rules-terms" not in client.get(page_of_source(source)).content.decode()
