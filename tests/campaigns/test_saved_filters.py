"""A person saves a filter of a log under a name, uses it again, shares it, and deletes it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns.models import SavedFilter

pytestmark = pytest.mark.django_db

LOG = "/admin/campaigns/receivedpostback/"
SAVE = f"{LOG}saved/?verdict=refused"


@pytest.fixture
def colleague(db: None) -> Client:
    """Somebody else, who may see the log."""
    user = User.objects.create_user("colleague", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_receivedpostback"))
    client = Client()
    client.force_login(user)
    return client


def said(response: Any) -> str:
    text: str = response.content.decode()
    return text


def test_a_saved_filter_is_a_link_above_the_log(admin_client: Client) -> None:
    response = admin_client.post(SAVE, {"name": "Refused"}, follow=True)

    assert response.redirect_chain[-1][0] == f"{LOG}?verdict=refused"
    assert "Saved as “Refused”." in said(response)
    assert '<a href="?verdict=refused">Refused</a>' in said(admin_client.get(LOG))


def test_only_what_the_filters_know_is_kept(admin_client: Client) -> None:
    admin_client.post(f"{SAVE}&q=s1&before=7&tail=1&reason=x", {"name": "Refused"})

    assert SavedFilter.objects.get().query == "verdict=refused&q=s1"


def test_a_name_is_taken_once(admin_client: Client) -> None:
    admin_client.post(SAVE, {"name": "Refused"})

    response = admin_client.post(SAVE, {"name": "Refused"}, follow=True)

    assert "You have a filter of this name here already." in said(response)
    assert SavedFilter.objects.count() == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_name_that_is_none_is_refused(admin_client: Client, name: str) -> None:
    admin_client.post(SAVE, {"name": name})

    assert not SavedFilter.objects.exists()


def test_a_name_is_foreign_text(admin_client: Client) -> None:
    admin_client.post(SAVE, {"name": "<b>x"})

    assert "<b>x" not in said(admin_client.get(LOG))
    assert "&lt;b&gt;x" in said(admin_client.get(LOG))


def test_others_see_only_what_is_shared(admin_client: Client, colleague: Client) -> None:
    admin_client.post(SAVE, {"name": "For me"})
    admin_client.post(SAVE, {"name": "For all", "shared": "yes"})

    page = said(colleague.get(LOG))

    assert "For all" in page
    assert "For me" not in page


def test_another_log_has_others(admin_client: Client) -> None:
    admin_client.post(SAVE, {"name": "Refused"})

    assert "Refused</a>" not in said(admin_client.get("/admin/campaigns/click/"))


def test_ones_own_can_be_deleted(admin_client: Client) -> None:
    admin_client.post(SAVE, {"name": "Refused"})

    admin_client.post(f"{LOG}saved/{SavedFilter.objects.get().pk}/forget/")

    assert not SavedFilter.objects.exists()


def test_anothers_cannot(admin_client: Client, colleague: Client) -> None:
    admin_client.post(SAVE, {"name": "For all", "shared": "yes"})
    saved = SavedFilter.objects.get()

    response = colleague.post(f"{LOG}saved/{saved.pk}/forget/", follow=True)

    assert "Only your own filters can be deleted." in said(response)
    assert f"saved/{saved.pk}/forget/" not in said(response)
    assert SavedFilter.objects.exists()


def test_a_link_neither_saves_nor_deletes(admin_client: Client) -> None:
    admin_client.post(SAVE, {"name": "Refused"})

    admin_client.get(SAVE, {"name": "Other"})
    admin_client.get(f"{LOG}saved/{SavedFilter.objects.get().pk}/forget/")

    assert SavedFilter.objects.count() == 1


def test_it_is_offered_where_a_filter_is_set(admin_client: Client) -> None:
    assert "Save this filter" not in said(admin_client.get(LOG))
    assert "Save this filter" in said(admin_client.get(LOG, {"verdict": "refused"}))


def test_who_may_not_see_the_log_may_not_save(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.post(SAVE, {"name": "x"}).status_code == 403


def test_a_filter_that_cannot_be_is_not_saved(admin_client: Client) -> None:
    assert admin_client.post(f"{LOG}saved/?campaign=x", {"name": "x"}).status_code == 302
    assert not SavedFilter.objects.exists()
