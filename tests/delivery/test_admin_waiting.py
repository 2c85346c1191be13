"""What was put to silence still has postbacks that wait: they are asked about, and never cancelled unasked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.messages.storage.base import BaseStorage
from django.test import Client, RequestFactory

from campaigns.admin.slots import Silenced
from campaigns.models import Campaign, Click, Conversion, Source, Visitor
from delivery.models import SentPostback, State
from delivery.silence import question
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db


class Messages(BaseStorage):
    """Messages of a request without a session."""

    def _get(self, *_args: Any, **_kwargs: Any) -> Any:
        return [], True

    def _store(self, *_args: Any, **_kwargs: Any) -> Any:
        return []


def asked(user: Any, owner: Campaign | Source, **silenced: Any) -> str | None:
    """The page that is asked on after such a save."""
    request: Any = RequestFactory().post("/")
    request.user, request._messages = user, Messages(request)
    request.silenced = Silenced(**silenced)
    return question(request, owner)


@pytest.fixture
def waiting(rule: PostbackRule, saved: Saved) -> list[SentPostback]:
    """Two that wait."""
    saved(status="lead", tid="1")
    saved(status="sale", tid="2")
    return list(SentPostback.objects.order_by("pk"))


def test_a_disabled_rule_is_asked_about(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk])
    assert url

    said = admin_client.get(url).content.decode()

    assert "<strong>2</strong> postbacks of <strong>to MGID</strong> still wait." in said
    assert "They are sent unless you cancel them." in said
    assert "Cancel 2 postbacks" in said
    assert "Let them go" in said
    assert SentPostback.objects.waiting().count() == 2


def test_a_deleted_rule_is_asked_about(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    number = rule.pk
    rule.delete()

    url = asked(admin_user, campaign, rules=[number])

    assert url
    assert "<strong>2</strong> postbacks of <strong>to MGID</strong>" in admin_client.get(url).content.decode()


def test_a_paused_campaign_is_asked_about(admin_user: User, campaign: Campaign, waiting: list[SentPostback]) -> None:
    assert asked(admin_user, campaign, campaign=campaign.pk)


def test_a_rule_that_is_switched_off_is_asked_about_for_this_campaign_alone(
    admin_client: Client, admin_user: User, source: Source, campaign: Campaign, saved: Saved
) -> None:
    rule = PostbackRule.objects.create(source=source, name="all", url="http://receiver.test/s", statuses=["lead"])
    other = Campaign.objects.create(name="Hats", source=source)
    Conversion(click=Click.objects.record(other, {}, Visitor()), status="lead").save()
    saved(status="lead")

    url = asked(admin_user, campaign, switched_off=[rule.pk])
    assert url
    admin_client.post(url, {"cancel": "yes", **numbers(admin_client, url)})

    assert SentPostback.objects.get(campaign=campaign).state == State.CANCELLED
    assert SentPostback.objects.get(campaign=other).state == State.QUEUED


def numbers(client: Client, url: str) -> dict[str, int]:
    """What the form carries along."""
    backlog = client.get(url).context["backlog"]
    return {"shown": backlog.count, "newest": backlog.newest}


def test_cancelled_and_back_to_the_page(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk]) or ""

    response = admin_client.post(url, {"cancel": "yes", **numbers(admin_client, url)}, follow=True)

    assert response.redirect_chain[-1][0] == f"/admin/campaigns/campaign/{campaign.pk}/change/"
    assert "2 postbacks cancelled." in response.content.decode()
    assert set(SentPostback.objects.values_list("state", "error")) == {(State.CANCELLED, "by admin")}


def test_let_go(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk]) or ""

    response = admin_client.post(url, {"let-go": "yes", **numbers(admin_client, url)}, follow=True)

    assert "2 postbacks will still be sent." in response.content.decode()
    assert SentPostback.objects.waiting().count() == 2


def test_what_flew_meanwhile_is_told(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk]) or ""
    fields = {"cancel": "yes", **numbers(admin_client, url)}
    SentPostback.objects.filter(pk=waiting[0].pk).update(state=State.SENDING)

    said = admin_client.post(url, fields, follow=True).content.decode()

    assert "1 postback cancelled." in said
    assert "1 postback had been taken to be sent before you answered" in said


def test_only_what_was_counted_is_cancelled(
    admin_client: Client,
    admin_user: User,
    campaign: Campaign,
    rule: PostbackRule,
    waiting: list[SentPostback],
    saved: Saved,
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk]) or ""
    fields = {"cancel": "yes", **numbers(admin_client, url)}
    saved(status="lead", tid="3")

    admin_client.post(url, fields)

    assert SentPostback.objects.waiting().count() == 1


def test_nothing_waiting_no_question(
    admin_client: Client, admin_user: User, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    url = asked(admin_user, campaign, rules=[rule.pk]) or ""
    SentPostback.objects.update(state=State.SENT)

    assert asked(admin_user, campaign, rules=[rule.pk]) is None
    assert "None of them waits any more." in admin_client.get(url, follow=True).content.decode()


def test_nothing_silenced_no_question(admin_user: User, campaign: Campaign, waiting: list[SentPostback]) -> None:
    assert asked(admin_user, campaign) is None


def test_who_may_not_cancel_is_not_asked(
    client: Client, campaign: Campaign, rule: PostbackRule, waiting: list[SentPostback]
) -> None:
    user = User.objects.create_user("editor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_sentpostback"))
    client.force_login(user)

    assert asked(user, campaign, rules=[rule.pk]) is None
    assert asked(AnonymousUser(), campaign, rules=[rule.pk]) is None
    assert client.get("/admin/delivery/sentpostback/waiting/", {"rule": rule.pk}).status_code == 403


@pytest.mark.parametrize("back", ["https://evil.test/", "//evil.test", "javascript:alert(1)", ""])
def test_it_leads_nowhere_else(admin_client: Client, db: None, back: str) -> None:
    response = admin_client.get("/admin/delivery/sentpostback/waiting/", {"rule": "x", "campaign": "²", "back": back})

    assert response.headers["Location"] == "/admin/delivery/sentpostback/"


def save(client: Client, campaign: Campaign, **changed: Any) -> str:
    """The campaign's page, saved as it is but for what changed; the page that comes next."""
    url = f"/admin/campaigns/campaign/{campaign.pk}/change/"
    page = client.get(url)
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    forms += [form for formset in formsets for form in [formset.management_form, *formset.initial_forms]]
    fields: dict[str, Any] = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    fields |= {"parameters": "[]", "status_words": "{}", "rules-TOTAL_FORMS": 1, **changed}
    given = {name: value for name, value in fields.items() if value not in (None, False)}
    return client.post(url, given, follow=True).content.decode()


def test_pausing_on_the_campaigns_page_asks(
    admin_client: Client, campaign: Campaign, waiting: list[SentPostback]
) -> None:
    said = save(admin_client, campaign, paused="on")

    assert "postbacks of <strong>to MGID</strong> still wait" in said
    assert "“Shoes” was saved." in said


def test_disabling_on_the_campaigns_page_asks(
    admin_client: Client, campaign: Campaign, waiting: list[SentPostback]
) -> None:
    assert "postbacks of <strong>to MGID</strong> still wait" in save(
        admin_client, campaign, **{"rules-0-enabled": None}
    )


def test_deleting_on_the_campaigns_page_asks(
    admin_client: Client, campaign: Campaign, waiting: list[SentPostback]
) -> None:
    said = save(admin_client, campaign, **{"rules-0-DELETE": "on"})

    assert "postbacks of <strong>to MGID</strong> still wait" in said
    assert not PostbackRule.objects.exists()


def test_saving_what_silences_nothing_asks_nothing(
    admin_client: Client, campaign: Campaign, waiting: list[SentPostback]
) -> None:
    assert "still wait" not in save(admin_client, campaign, name="Boots")
    assert Campaign.objects.get().name == "Boots"
