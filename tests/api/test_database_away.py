"""The database is locked or down: a program is told to come again, and nothing is lost."""

import pytest
from django.db import OperationalError, connection

REPORTS = ["/api/v1/clicks/", "/api/v1/conversions/"]
LOGS = ["/api/v1/sent-postbacks/", "/api/v1/received-postbacks/"]


def locked(execute, sql, params, many, context):
    raise OperationalError("database is locked")


def only_writing_locked(execute, sql, params, many, context):
    if sql.startswith("INSERT"):
        raise OperationalError("database is locked")
    return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", REPORTS)
def test_a_report_is_to_be_sent_again(reporter, campaign, path):
    with connection.execute_wrapper(only_writing_locked):
        answer = reporter.post(path, {"campaign": "shoes"}, format="json")

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "send this again" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [*REPORTS, *LOGS])
def test_no_request_fails_without_a_word(robot, path):
    client = robot("campaigns.add_click")

    with connection.execute_wrapper(locked):
        answer = client.post(path, {}, format="json") if path in REPORTS else client.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
