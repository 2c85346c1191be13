"""What networks do."""

import pytest


@pytest.fixture
def report(client, postback_url, click):
    """Reports a conversion of the click as a network does; what is given goes over that."""

    def ask(**parameters):
        return client.get(postback_url, {"subid": click.subid, "status": "lead"} | parameters)

    return ask
