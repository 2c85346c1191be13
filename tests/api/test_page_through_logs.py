"""A program walks through a log, page by page, in both directions."""

import json
from base64 import b64encode

import pytest

SENT = "/api/v1/sent-postbacks/"
RECEIVED = "/api/v1/received-postbacks/"
NOT_OURS = [b"p=abc", b"o=5", b"o=5&p=3", b"r=1", b"r=x&p=1", b"p=" + b"9" * 5000, b"p=%C2%B2", b"\xff"]


@pytest.fixture(params=[SENT, RECEIVED])
def path(request):
    return request.param


@pytest.fixture
def rows(path, logged, heard):
    make = logged if path == SENT else heard
    return [make(status="sale").pk for _number in range(7)][::-1]


def ids(page):
    return [line["id"] for line in page["results"]]


def test_three_pages_forth_and_back_show_every_row_once(reader, path, rows):
    first = reader.get(path, {"page_size": 3}).json()
    second = reader.get(first["next"]).json()
    third = reader.get(second["next"]).json()
    again_second = reader.get(third["previous"]).json()
    again_first = reader.get(again_second["previous"]).json()

    assert [ids(first), ids(second), ids(third)] == [rows[:3], rows[3:6], rows[6:]]
    assert [ids(again_second), ids(again_first)] == [rows[3:6], rows[:3]]
    assert (first["previous"], third["next"], again_first["previous"]) == (None, None, None)
    assert ids(reader.get(again_first["next"]).json()) == rows[3:6]


def test_rows_that_come_meanwhile_shift_nothing(reader, path, rows, logged, heard):
    first = reader.get(path, {"page_size": 3}).json()
    (logged if path == SENT else heard)()

    assert ids(reader.get(first["next"]).json()) == rows[3:6]


def test_filters_stay_on_the_next_page(reader, path, rows, logged, heard):
    (logged if path == SENT else heard)(status="lead")

    page = reader.get(path, {"page_size": 3, "status": "sale"}).json()

    assert ids(page) == rows[:3]
    assert ids(reader.get(page["next"]).json()) == rows[3:6]


def test_nothing_is_counted_and_nothing_is_skipped(reader, path, rows, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as queries:
        page = reader.get(path, {"page_size": 2}).json()
        while page["next"]:
            page = reader.get(page["next"]).json()
        while page["previous"]:
            page = reader.get(page["previous"]).json()

    sql = [query["sql"].upper() for query in queries if "POSTBACK" in query["sql"].upper() and "LIMIT" in query["sql"]]
    assert len(sql) == 7
    assert not [statement for statement in sql if "COUNT(" in statement or "OFFSET" in statement]
    assert all(statement.endswith("LIMIT 3") for statement in sql)


def test_an_empty_log_is_one_empty_page(reader):
    assert reader.get(SENT).json() == {"next": None, "previous": None, "results": []}


def test_a_page_has_a_hundred_rows_unless_told(reader, path, logged, heard):
    for _number in range(101):
        (logged if path == SENT else heard)()

    assert len(reader.get(path).json()["results"]) == 100
    assert len(reader.get(path, {"page_size": 500}).json()["results"]) == 101


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "", "ї", *(b64encode(said).decode() for said in NOT_OURS)],
)
def test_a_cursor_that_is_none_of_ours_is_refused(reader, path, rows, cursor):
    answer = reader.get(path, {"cursor": cursor})

    assert answer.status_code == 400
    assert list(answer.json()) == ["cursor"], json.dumps(answer.json())
