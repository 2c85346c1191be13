"""Recording: an outcome is written once, by who holds the lease."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone

from delivery.claim import claim
from delivery.models import Attempt, SentPostback, State
from delivery.outcome import answered, flawed, record
from delivery.rendering import render
from delivery.transport import PostbackResponse
from delivery.transport.phases import Phases

pytestmark = pytest.mark.django_db
ANYWHERE = "http://receiver.test/p"


@pytest.fixture
def claimed():
    """Claims what is due, as this worker's."""

    def rows(most=10):
        return render(claim(uuid.uuid4(), most, {}))

    return rows


def sent(draft):
    response = PostbackResponse(id=draft.row.id, started=timezone.now(), duration=0.1, code=200)
    return answered(draft, response)


def test_an_outcome_is_written_by_who_holds_the_lease_alone(queued, claimed):
    (row,) = queued()
    (draft,) = claimed()
    SentPostback.objects.update(lease_id=uuid.uuid4())

    assert record([sent(draft)]) == 0

    row.refresh_from_db()
    assert (row.state, row.code, Attempt.objects.count()) == (State.SENDING, None, 0)


@pytest.mark.parametrize("state", [State.QUEUED, State.CANCELLED, State.SENT])
def test_an_outcome_of_a_row_that_was_taken_back_is_not_written(queued, claimed, state):
    queued()
    (draft,) = claimed()
    SentPostback.objects.update(state=state, lease_id=None)

    assert record([sent(draft)]) == 0
    assert not Attempt.objects.exists()


def test_those_of_others_do_not_hold_back_ours(queued, claimed):
    stranger, ours = queued(2)
    drafts = claimed()
    SentPostback.objects.filter(pk=stranger.pk).update(lease_id=uuid.uuid4())

    assert record([sent(draft) for draft in drafts]) == 1

    assert SentPostback.objects.get(state=State.SENT) == ours
    assert Attempt.objects.get().postback == ours


def test_what_cannot_be_sent_ends_without_an_attempt(queued, claimed):
    (row,) = queued(url_template="http://10.0.0.1/")
    (draft,) = claimed()

    record([flawed(draft)])

    row.refresh_from_db()
    assert (row.state, row.code, row.duration_ms, row.url) == (State.FAILED, None, None, "http://10.0.0.1/")
    assert row.finished
    assert not Attempt.objects.exists()


def test_what_ends_without_an_attempt_keeps_the_last_answer(queued, claimed):
    (row,) = queued(url="http://10.0.0.1/", code=503, answer="busy", duration_ms=7, notes="Rendered empty: tid")
    (draft,) = claimed()

    record([flawed(draft)])

    row.refresh_from_db()
    assert (row.state, row.code, row.answer, row.duration_ms) == (State.FAILED, 503, "busy", 7)
    assert (row.url, row.notes) == ("http://10.0.0.1/", "Rendered empty: tid")


def test_an_attempt_keeps_where_its_time_went(queued, claimed):
    queued()
    (draft,) = claimed()
    phases = Phases(dns=0.0015, connect=0.02, tls=None, wait=0.25, read=0.0004)
    response = PostbackResponse(
        id=draft.row.id, started=timezone.now(), duration=0.272, code=503, phases=phases, retry_after=7.0
    )

    record([answered(draft, response)])

    attempt = Attempt.objects.get()
    assert (attempt.dns_us, attempt.connect_us, attempt.tls_us, attempt.wait_us) == (1500, 20_000, None, 250_000)
    assert (attempt.duration_ms, attempt.retry_after) == (272, 7)


@pytest.mark.parametrize("answer", ["a\x00b", "ü" * 5000, b"\xff\xfe\xed\xa0\x80", "<script>"])
def test_no_answer_stops_the_recording(queued, http, send, answer):
    http.get(ANYWHERE, body=answer)
    queued()

    send()

    row = SentPostback.objects.get()
    assert row.state == State.SENT
    assert len(row.answer) <= 2000


@pytest.mark.django_db(transaction=True)
def test_an_outcome_that_the_database_refuses_holds_back_no_other(queued, claimed, receiver):
    bad, good = queued(2)
    drafts = {draft.row.id: draft for draft in claimed()}
    impossible = PostbackResponse(id=bad.pk, started=timezone.now(), duration=1e9, code=200, body="OK")

    assert record([answered(drafts[bad.pk], impossible), sent(drafts[good.pk])]) == 2

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state, good.error) == (State.SENT, State.SENT, "")
    assert Attempt.objects.count() == 2
    if connection.vendor == "postgresql":
        assert bad.error == "the outcome could not be written whole: DataError"
