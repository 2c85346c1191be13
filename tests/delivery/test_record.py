"""Recording: an outcome is written once, by who holds the lease."""

import uuid

import pytest
from django.utils import timezone

from delivery.claim import claim
from delivery.models import Attempt, SentPostback, State
from delivery.outcome import record
from delivery.transport import PostbackResponse

pytestmark = pytest.mark.django_db
ANYWHERE = "http://receiver.test/p"


def response(row, **fields):
    return PostbackResponse(id=row.pk, started=timezone.now(), duration=0.1, **fields)


def test_an_outcome_is_written_by_who_holds_the_lease_alone(queued):
    (row,) = queued()
    lease = uuid.uuid4()
    claim(lease, 1, {})
    SentPostback.objects.update(lease_id=uuid.uuid4())

    assert record([response(row, code=200)], {row.pk: lease}) == 0

    row.refresh_from_db()
    assert (row.state, row.code, Attempt.objects.count()) == (State.SENDING, None, 0)


@pytest.mark.parametrize("state", [State.QUEUED, State.CANCELLED, State.SENT])
def test_an_outcome_of_a_row_that_was_taken_back_is_not_written(queued, state):
    (row,) = queued()
    lease = uuid.uuid4()
    claim(lease, 1, {})
    SentPostback.objects.update(state=state, lease_id=None)

    assert record([response(row, code=200)], {row.pk: lease}) == 0
    assert not Attempt.objects.exists()


def test_a_late_answer_that_an_earlier_run_asked_for_is_passed_over(queued):
    forgotten, ours = queued(2)
    lease = uuid.uuid4()
    claim(lease, 2, {})

    assert record([response(forgotten, code=200), response(ours, code=200)], {ours.pk: lease}) == 1

    assert SentPostback.objects.get(state=State.SENT) == ours


@pytest.mark.parametrize("answer", ["a\x00b", "ü" * 5000, b"\xff\xfe\xed\xa0\x80", "<script>"])
def test_no_answer_stops_the_recording(queued, http, send, answer):
    http.get(ANYWHERE, body=answer)
    queued()

    send()

    row = SentPostback.objects.get()
    assert row.state == State.SENT
    assert len(row.answer) <= 2000
