"""How figures are written."""

import pytest

from delivery.templatetags.humane import grouped, milliseconds, percent


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (None, "–"),
        (0.4, "0 ms"),
        (34.4, "34 ms"),
        (999, "999 ms"),
        (1240, "1.2 s"),
        (59_000, "59.0 s"),
        (840_000, "14 min"),
        (10_800_000, "3 h"),
    ],
)
def test_a_duration_is_told_in_its_own_unit(duration, text):
    assert milliseconds(duration) == text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (100.0, "100 %"), (99.999, "99.9 %"), (98.24, "98.2 %"), (0.0, "0.0 %")]
)
def test_a_percentage_is_never_whole_where_one_has_failed(share, text):
    assert percent(share) == text


def test_thousands_are_grouped():
    assert grouped(1204) == "1,204"
