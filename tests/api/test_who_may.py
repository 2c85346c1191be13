"""A token opens what its user has the right to, and nothing else."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

REPORTS = {
    "/api/v1/clicks/": "campaigns.add_click",
    "/api/v1/conversions/": "campaigns.add_conversion",
    "/api/v1/conversions/bulk/": "campaigns.add_conversion",
}
LOGS = {
    "/api/v1/sent-postbacks/": "delivery.view_sentpostback",
    "/api/v1/sent-postbacks/1/": "delivery.view_sentpostback",
    "/api/v1/received-postbacks/": "campaigns.view_receivedpostback",
    "/api/v1/received-postbacks/1/": "campaigns.view_receivedpostback",
}


def ask(client, path):
    return client.post(path, {}, format="json") if path in REPORTS else client.get(path)


@pytest.mark.parametrize("path", [*REPORTS, *LOGS])
def test_without_a_token_nothing_is_open(db, path):
    answer = ask(APIClient(), path)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("path", [*REPORTS, *LOGS])
def test_a_wrong_token_opens_nothing(db, path):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token nonsense")

    assert ask(client, path).status_code == 401


@pytest.mark.parametrize(("path", "right"), [*REPORTS.items(), *LOGS.items()])
def test_all_other_rights_together_do_not_open_it(robot, path, right):
    others = {*REPORTS.values(), *LOGS.values()} - {right}

    assert ask(robot(*others), path).status_code == 403


@pytest.mark.parametrize(("path", "right"), [*REPORTS.items(), *LOGS.items()])
def test_the_one_right_opens_it(robot, path, right):
    assert ask(robot(right), path).status_code not in {401, 403}


@pytest.mark.parametrize("path", [*REPORTS, *LOGS])
def test_an_administrator_may_do_all(admin_user, path):
    client = APIClient()
    client.force_authenticate(admin_user)

    assert ask(client, path).status_code not in {401, 403}


def test_a_token_of_somebody_who_left_opens_nothing(robot):
    client = robot("campaigns.add_click")
    User.objects.update(is_active=False)

    assert ask(client, "/api/v1/clicks/").status_code == 401


def test_a_page_elsewhere_cannot_report_with_a_persons_session(admin_user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin_user)

    answer = browser.post("/api/v1/conversions/", "{}", content_type="application/json")

    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "method"), [(path, m) for path in LOGS for m in ("post", "put", "patch", "delete")])
def test_logs_are_only_read(admin_user, path, method):
    client = APIClient()
    client.force_authenticate(admin_user)

    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", [*REPORTS, *LOGS])
def test_a_program_may_ask_what_there_is_to_do(admin_user, path):
    client = APIClient()
    client.force_authenticate(admin_user)

    assert client.options(path).status_code in {200, 404}
