"""Demo data: there is something to see on every page, nothing of it is ever sent, and it goes without a trace."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from campaigns import tallies
from campaigns.models import Campaign, Click, Conversion, ConversionChange, ReceivedPostback, Source, Visitor
from campaigns.models.tally import Tally, TallyChange
from campaigns.tallies.recounting import differences
from delivery.alerts import raise_due
from delivery.claim import claim
from delivery.demo import scene
from delivery.demo.belongings import Belongings, remove
from delivery.demo.history import is_loaded, load
from delivery.models import Attempt, DemoMark, Kind, Override, Receiver, SentPostback, SpentKey, State
from delivery.pruning import prune
from postbacks.models import Decision, PostbackRule, Refusal
from postbacks.reasons import Why

pytestmark = pytest.mark.django_db

NAMES = ["grain", "measure", "slot", "source", "campaign", "rule", "receiver", "word"]


def counts() -> dict[str, Any]:
    """Of every table; of the tallies what they say."""
    tallies.fold_all()
    models = set(apps.get_models(include_auto_created=True)) - {Tally, TallyChange}
    said = Tally.objects.exclude(number=0).order_by("pk").values_list(*NAMES, "number")
    return {model._meta.label: model._default_manager.count() for model in models} | {"tallies": sorted(said)}


@pytest.fixture
def real(source, rule, saved, http, send):
    """A person's own conversion, and its postback that was sent."""
    http.get("http://receiver.test/p")
    saved(status="sale")
    send()
    return SentPostback.objects.get()


@pytest.fixture
def demo():
    assert load()


def test_every_state_and_kind_is_there(demo):
    states = set(SentPostback.objects.values_list("state", flat=True))
    kinds = set(SentPostback.objects.values_list("kind", flat=True))

    assert states == {State.SENT, State.FAILED, State.QUEUED, State.UNKNOWN}
    assert kinds == {Kind.POSTBACK, Kind.RESEND, Kind.TEST}
    assert {403, 500, 503} <= set(Attempt.objects.values_list("code", flat=True))
    assert SentPostback.objects.filter(attempts__gte=2, state=State.SENT).exists()
    assert SentPostback.objects.exclude(resend_of=None).count() == 1


def test_nothing_lies_in_the_future(demo):
    now = timezone.now()

    assert not Click.objects.filter(created__gt=now).exists()
    assert not ConversionChange.objects.filter(time__gt=now).exists()
    assert not SentPostback.objects.filter(created__gt=now).exists()
    assert not Attempt.objects.filter(started__gt=now).exists()
    assert not SentPostback.objects.filter(finished__lt=F("created")).exists()


def test_logs_stand_in_the_order_of_time(demo):
    for model in (Click, Conversion, ReceivedPostback):
        times = list(model.objects.order_by("id").values_list("created", flat=True))
        assert times == sorted(times)


def test_the_rules_themselves_have_decided(demo):
    said = Counter(
        reason.why for decision in Decision.objects.all() for answer in decision.answers for reason in answer.reasons
    )

    assert {Why.STATUS_NOT_TICKED, Why.RULE_DISABLED, Why.CAMPAIGN_PAUSED} <= set(said)
    assert Decision.objects.count() == ConversionChange.objects.count()


def test_a_postback_has_as_many_attempts_as_it_says(demo):
    for postback in SentPostback.objects.prefetch_related("tries"):
        tries = list(postback.tries.all())
        assert len(tries) == postback.attempts
        assert [attempt.number for attempt in tries] == list(range(1, len(tries) + 1))
        if tries:
            assert (tries[-1].code, tries[-1].answer) == (postback.code, postback.answer)


def test_numbers_of_changes_and_statuses_fit(demo):
    for conversion in Conversion.objects.prefetch_related("changes"):
        changes = list(conversion.changes.all())
        assert [change.number for change in changes] == list(range(1, len(changes) + 1))
        assert (changes[-1].status, changes[-1].revenue) == (conversion.status, conversion.revenue)
        assert changes[0].time == conversion.created


def test_no_worker_ever_claims_it(demo):
    assert SentPostback.objects.waiting().exists()

    Receiver.objects.exclude(override=Override.HOLD).update(hold_until=None, breaker="closed")

    assert not SentPostback.objects.due()
    assert claim(uuid.uuid4(), 100, {}) == []


def test_every_receiver_has_a_name_that_cannot_exist(demo):
    origins = list(Receiver.objects.values_list("origin", flat=True))

    assert len(origins) == 3
    assert all(origin.endswith(".demo.invalid:443") for origin in origins)


def test_nobody_is_alerted_of_it(demo):
    Receiver.objects.exclude(failing_since=None).update(failing_since=timezone.now() - timedelta(days=9))

    assert raise_due() == 0


def test_it_is_the_same_each_time(demo):
    first = list(Click.objects.order_by("id").values_list("subid", "external_id"))
    states = Counter(SentPostback.objects.values_list("state", "error"))
    remove()

    assert load()

    assert list(Click.objects.order_by("id").values_list("subid", "external_id")) == first
    assert Counter(SentPostback.objects.values_list("state", "error")) == states


def test_it_is_loaded_once(demo):
    before = counts()

    assert not load()
    assert counts() == before


def test_removed_it_leaves_every_table_as_it_was(real):
    before = counts()
    load()
    assert counts()["delivery.SentPostback"] > 500

    gone = remove()

    assert counts() == before
    assert gone.clicks == 900
    assert SentPostback.objects.get() == real
    assert not is_loaded()


def test_with_nothing_loaded_nothing_is_removed(real):
    before = counts()

    assert remove().postbacks == 0
    assert counts() == before


def test_what_came_to_it_later_goes_too(real, admin_user, client, postback_url):
    before = counts()
    load()
    campaign = Campaign.objects.get(alias="demo-travel")
    click = Click.objects.record(campaign, {"external_id": "late"}, Visitor())
    client.get(postback_url, {"subid": click.subid, "status": "sale"})
    client.get(postback_url, {"subid": click.subid, "status": "nobody-knows-it"})
    SentPostback.objects.send_again(SentPostback.objects.filter(campaign=campaign, state=State.SENT)[:2])
    for thing in (campaign, Receiver.objects.get(override=Override.HOLD), Conversion.objects.latest("id")):
        kind = ContentType.objects.get_for_model(thing)
        LogEntry.objects.create(user=admin_user, content_type=kind, object_id=thing.pk, action_flag=CHANGE)

    remove()

    assert counts() == before


def test_what_was_pruned_is_forgotten_too(real):
    before = counts()
    load()
    prune(timezone.now() - timedelta(hours=6))
    assert SpentKey.objects.exists()

    remove()

    assert counts() == before


def test_it_is_counted_as_what_it_is(demo):
    assert differences() == []

    tallies.fold_all()

    assert differences() == []


def test_a_no_is_as_old_as_its_change(demo):
    assert Refusal.objects.exists()
    assert not Refusal.objects.exclude(created=F("change__time")).exists()


def test_a_source_that_a_person_uses_stays_with_its_rules(real):
    load()
    mine = Campaign.objects.create(name="Mine", alias="mine", source=Source.objects.get(name="Demo: Taboola"))
    Click.objects.record(mine, {}, Visitor())

    remove()

    assert Campaign.objects.filter(alias="mine").exists()
    assert PostbackRule.objects.filter(source=mine.source).count() == 1
    assert not Source.objects.filter(name="Demo: PropellerAds").exists()
    assert not DemoMark.objects.exists()


def test_a_receiver_that_a_person_s_rule_knows_stays(real, rule):
    rule.url = "https://crm.demo.invalid/mine"
    rule.save()
    load()

    remove()

    assert list(Receiver.objects.exclude(pk=real.receiver_id).values_list("origin", flat=True)) == [
        "https://crm.demo.invalid:443"
    ]


def test_the_scene_that_is_played_goes_too(real, client, postback_url):
    before = counts()
    scene.load("http://127.0.0.9:4711")
    campaign = Campaign.objects.get(alias="demo-shoes")
    click = Click.objects.record(campaign, {"external_id": "e"}, Visitor())
    client.get(postback_url, {"subid": click.subid, "status": "sale"})
    assert Receiver.objects.filter(origin="http://127.0.0.9:4711").exists()

    assert Belongings().exist
    remove()

    assert counts() == before


def test_the_command_loads_and_removes(capsys):
    before = counts()
    call_command("demo", "--history")
    call_command("demo", "--history")
    call_command("demo", "--remove")

    told = capsys.readouterr().out
    assert told.splitlines()[:2] == ["Loaded.", "It was loaded already."]
    assert "Removed: 5 campaigns, 900 clicks" in told
    assert counts() == before
