"""Rules, and what they said."""

import pytest

from postbacks.models import Decision, PostbackRule

URL = "http://receiver.test/p?c={external_id}"


@pytest.fixture
def ask_for():
    """Makes a rule of a campaign or a source."""

    def make(**fields):
        return PostbackRule.objects.create(**{"url": URL, "statuses": ["sale"]} | fields)

    return make


@pytest.fixture
def said():
    """What the rules said to the latest change: rule name -> reasons."""

    def latest():
        decision = Decision.objects.latest("pk")
        return {answer.name: [reason.why.value for reason in answer.reasons] for answer in decision.answers}

    return latest
