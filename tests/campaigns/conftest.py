"""What networks and databases do."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection


@pytest.fixture
def report(client, postback_url, click):
    """Reports a conversion of the click as a network does; what is given goes over that."""

    def ask(**parameters):
        return client.get(postback_url, {"subid": click.subid, "status": "lead"} | parameters)

    return ask


@pytest.fixture
def failing():
    """Makes the database fail at statements that hold these words, for as long as a block lasts."""

    @contextmanager
    def fail_at(words):
        def execute(run, sql, params, many, context):
            if words in sql:
                raise OperationalError("database is locked")
            return run(sql, params, many, context)

        with connection.execute_wrapper(execute):
            yield

    return fail_at
