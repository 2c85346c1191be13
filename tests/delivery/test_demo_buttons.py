"""Two buttons on the first steps: load demo data, and remove it, which asks first."""

import pytest
from django.contrib.auth.models import Permission, User

from campaigns.models import Click
from delivery.demo.history import is_loaded, load

pytestmark = pytest.mark.django_db


def test_it_is_loaded_with_a_click(admin_client):
    assert "Load demo data" in admin_client.get("/admin/first-steps/").content.decode()

    said = admin_client.post("/admin/demo/load/", follow=True).content.decode()

    assert "The demo data was loaded" in said
    assert is_loaded()


def test_twice_is_once(admin_client):
    load()

    assert "is there already" in admin_client.post("/admin/demo/load/", follow=True).content.decode()
    assert Click.objects.count() == 900


def test_it_asks_with_the_numbers_before_it_goes(admin_client):
    load()

    asked = admin_client.get("/admin/demo/remove/").content.decode()
    assert "900 clicks" in asked
    assert is_loaded()

    said = admin_client.post("/admin/demo/remove/", follow=True).content.decode()
    assert "The demo data was removed: 900 clicks" in said
    assert not Click.objects.exists()


def test_it_can_be_removed_from_the_first_steps(admin_client):
    load()

    assert 'href="/admin/demo/remove/"' in admin_client.get("/admin/first-steps/").content.decode()


@pytest.mark.parametrize("address", ["load", "remove"])
def test_it_is_a_superuser_s(client, address):
    user = User.objects.create_user("buyer", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)

    assert "demo data" not in client.get("/admin/first-steps/").content.decode()
    assert client.post(f"/admin/demo/{address}/").status_code == 403


def test_a_link_loads_nothing(admin_client):
    assert admin_client.get("/admin/demo/load/").status_code == 405
