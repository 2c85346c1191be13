"""The counts equal the rows, whatever wrote the rows, before a fold and after it."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from campaigns import tallies
from campaigns.models import Conversion, Tally, TallyChange
from campaigns.tallies.recounting import differences
from delivery.latest import end_too_late
from delivery.models import Attempt, Kind, Receiver, SentPostback, SpentKey, State
from delivery.pruning import prune
from delivery.settling import settle_again, settle_arrived
from postbacks.models import PostbackRule, Refusal

pytestmark = pytest.mark.django_db
KEYS = ("source", "campaign", "rule", "receiver", "word")


def word_of(row):
    if row.state in (State.QUEUED, State.SENDING):
        return "waiting"
    if row.state != State.FAILED:
        return row.state
    if row.code is not None:
        return f"failed:HTTP {row.code}"
    return "failed:not sendable" if row.duration_ms is None else "failed:no answer"


def rows_of(kind):
    """Counted the plain way."""
    rows = SentPostback.objects.filter(kind=kind)
    ids = [(row.source_id, row.campaign_id, row.rule_id, row.receiver_id) for row in rows]
    return dict(Counter((*(pk or 0 for pk in some), word_of(row)) for some, row in zip(ids, rows, strict=True)))


def slots_of(kind):
    words = [word_of(row).partition(":")[0] for row in SentPostback.objects.filter(kind=kind)]
    return dict(Counter(words))


def check():
    for kind in Kind:
        assert tallies.total(kind, by=KEYS) == rows_of(kind)
        counts: Counter[str] = Counter()
        for slot in tallies.series(kind, tallies.Unit.DAY, 40):
            counts.update(slot.counts)
        assert dict(counts) == slots_of(kind)
    assert tallies.total("conversion", by=()) == ({(): count} if (count := Conversion.objects.count()) else {})
    first_tries = Attempt.objects.filter(number=1, postback__kind=Kind.POSTBACK).count()
    assert sum(tallies.total("wire").values()) == first_tries
    refused = Refusal.objects.values_list("campaign", "rule", "why")
    told = tallies.total("refusal", by=("campaign", "rule", "word"))
    assert told == dict(Counter((campaign, rule or 0, why) for campaign, rule, why in refused))
    assert differences() == []


@pytest.fixture
def equal():
    """The counts are those of the rows: as they are, and after a fold."""

    def look():
        check()
        tallies.fold_all()
        assert not TallyChange.objects.exists()
        check()

    return look


def test_nothing_is_counted_where_nothing_is(equal, db):
    equal()

    assert tallies.total("postback") == {}


def test_what_is_collected_waits(rule, saved, equal):
    saved(status="lead")
    saved(status="sale", tid="2")

    assert tallies.total("postback") == {("waiting",): 2}
    assert tallies.total("conversion") == {("",): 2}
    equal()


@pytest.mark.parametrize(("status", "word"), [(200, "sent"), (403, "failed:HTTP 403"), (503, "waiting")])
def test_what_was_sent_counts_by_its_answer(rule, saved, http, send, equal, status, word):
    http.get("http://receiver.test/p", status=status)
    saved(status="lead")

    send()

    assert tallies.total("postback") == {(word,): 1}
    equal()


def test_what_cannot_be_rendered_is_not_sendable(rule, saved, send, equal):
    PostbackRule.objects.update(url="http://receiver.test/p?m={conversion_revenue:xxx}")
    saved(status="lead", revenue=1, currency="USD")

    send()

    assert tallies.total("postback") == {("failed:not sendable",): 1}
    equal()


def test_silence_until_the_end_is_no_answer(rule, saved, http, send, equal, settings):
    settings.POSTBACK_RETRY_DELAYS = []
    http.get("http://receiver.test/p", body=ConnectionError("gone"))
    saved(status="lead")

    send()

    assert tallies.total("postback") == {("failed:no answer",): 1}
    equal()


def test_a_retry_moves_it_when_it_arrives(rule, saved, http, send, due_now, equal):
    http.get("http://receiver.test/p", status=503)
    saved(status="lead")
    send()
    equal()

    http.replace("GET", "http://receiver.test/p")
    due_now()
    send()

    assert tallies.total("postback") == {("sent",): 1}
    equal()


def test_whatever_a_person_does_is_counted(queued, receiver, rule, saved, http, send, equal):
    http.get("http://receiver.test/p")
    queued(4)
    SentPostback.objects.filter(pk__gt=SentPostback.objects.order_by("pk")[1].pk).cancel("no more")
    equal()

    (unknown, other) = queued(2, state=State.UNKNOWN)
    settle_arrived([unknown.pk], "a person")
    settle_again([other.pk], "a person", uuid.uuid4())
    SentPostback.objects.send_again(SentPostback.objects.filter(state=State.CANCELLED))
    equal()

    send()
    equal()
    assert tallies.total(Kind.RESEND) == {("sent",): 3}


def test_tests_and_alerts_are_counted_apart(queued, equal):
    queued(2, kind=Kind.TEST)
    queued(1, kind=Kind.ALERT, state=State.SENT)

    assert (tallies.total("test"), tallies.total("alert")) == ({("waiting",): 2}, {("sent",): 1})
    assert tallies.total("postback") == {}
    equal()


def test_what_came_too_late_is_counted_as_failed(queued, equal):
    queued(3, latest=timezone.now() - timedelta(seconds=1))
    tallies.fold_all()

    end_too_late()

    assert tallies.total("postback") == {("failed:not sendable",): 3}
    equal()


def test_a_row_that_is_changed_by_hand_counts_where_it_belongs(queued, equal):
    other = Receiver.objects.create(origin="http://other.test:80")
    rows = queued(3)
    tallies.fold_all()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_sentpostback SET receiver_id = %s WHERE id = %s", [other.pk, rows[0].pk])
    SentPostback.objects.filter(pk=rows[1].pk).update(created=timezone.now() - timedelta(days=30), kind=Kind.TEST)

    assert tallies.total("postback", receiver=other.pk) == {("waiting",): 1}
    assert tallies.total("test", until=timezone.now() - timedelta(days=2)) == {("waiting",): 1}
    equal()


def test_a_row_keeps_to_the_slot_in_which_it_was_created(queued, equal):
    (row,) = queued(created=timezone.now() - timedelta(hours=5))
    tallies.fold_all()

    SentPostback.objects.filter(pk=row.pk).update(state=State.SENT)

    hours = tallies.series("postback", tallies.Unit.HOUR, 6)
    assert [slot.counts for slot in hours] == [{"sent": 1}, {}, {}, {}, {}, {}]
    equal()


def test_what_is_deleted_is_not_counted_any_more(rule, saved, http, send, equal):
    http.get("http://receiver.test/p")
    conversion = saved(status="lead")
    send()
    tallies.fold_all()

    SentPostback.objects.all().delete()
    conversion.delete()

    assert (tallies.total("postback"), tallies.total("conversion"), tallies.total("wire")) == ({}, {}, {})
    equal()


def test_a_key_that_was_spent_counts_nothing(rule, saved, equal):
    conversion = saved(status="lead")
    saved(conversion, status="rejected")
    SpentKey.objects.create(task_key=SentPostback.objects.get().task_key)
    SentPostback.objects.all().delete()

    saved(conversion, status="lead")

    assert tallies.total("postback") == {}
    equal()


def test_a_no_is_counted_by_its_reason(rule, saved, equal):
    saved(status="rejected")

    key = (rule.pk, "status_not_ticked")
    assert tallies.total("refusal", campaign=rule.campaign_id, by=("rule", "word")) == {key: 1}
    equal()
    prune(timezone.now() + timedelta(seconds=1))
    assert not Refusal.objects.exists()
    assert tallies.total("refusal", by=("rule", "word")) == {key: 1}


def test_what_was_rolled_back_was_never_counted(rule, saved, equal):
    with transaction.atomic():
        saved(status="lead")
        transaction.set_rollback(True)

    assert tallies.total("conversion") == {}
    equal()


def test_what_is_pruned_counts_nevertheless(rule, saved, http, send, queued):
    http.get("http://receiver.test/p")
    saved(status="lead")
    send()
    queued(2, state=State.FAILED, code=403)
    tallies.fold_all()
    before = [tallies.total(measure, by=KEYS) for measure in ("postback", "wire")]

    prune(timezone.now() + timedelta(seconds=1))

    assert not SentPostback.objects.exists()
    for _ in range(2):
        assert [tallies.total(measure, by=KEYS) for measure in ("postback", "wire")] == before
        tallies.fold_all()


def test_what_is_pruned_is_kept_by_a_recount(queued, capsys):
    queued(3, state=State.SENT, created=timezone.now() - timedelta(days=10))
    queued(2, state=State.SENT, created=timezone.now() - timedelta(days=400))
    queued(1, state=State.SENT)
    prune(timezone.now() - timedelta(days=5))
    assert differences() == []
    Tally.objects.filter(grain__lt=8).update(number=99)

    call_command("tallies", rebuild=True)

    assert tallies.total("postback") == {("sent",): 6}
    call_command("tallies", check=True)
    assert "All counts equal the rows." in capsys.readouterr().out


def test_a_wrong_count_is_found_and_named(queued):
    queued(3, state=State.SENT)
    tallies.fold_all()
    Tally.objects.filter(word="sent").update(number=4)

    with pytest.raises(CommandError, match=r"hour of postback sent, .*receiver \d+ from .*: counted 4, there are 3"):
        call_command("tallies", check=True)

    call_command("tallies", rebuild=True)
    assert differences() == []


def test_a_series_of_each_rule_is_that_of_the_rule_alone(queued, campaign, equal):
    rules = [PostbackRule.objects.create(campaign=campaign, url=f"http://r.test/{n}", statuses=["s"]) for n in (1, 2)]
    for number in range(5):
        queued(rule=rules[number % 2], state=State.SENT if number else State.FAILED)
    hours = ("postback", tallies.Unit.HOUR, 3)

    def same():
        every = tallies.series_by("rule", *hours, rule=[rule.pk for rule in rules])
        assert every == {rule.pk: tallies.series(*hours, rule=rule.pk) for rule in rules}
        assert [sum(every[rules[0].pk][-1].counts.values()), len(every[rules[1].pk])] == [3, 3]
        assert set(tallies.series_by("rule", *hours, rule=[rules[0].pk])) == {rules[0].pk}

    same()
    equal()
    same()
