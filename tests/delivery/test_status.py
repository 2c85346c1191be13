"""Maintenance -> Status, and Maintenance -> Settings."""

import re
import socket
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission, User
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from campaigns.models import Conversion
from delivery.models import Receiver, SentPostback, SweepTurn, Worker
from delivery.status import COMMON, OURS, all_checks, shown
from delivery.status.known_settings import Known
from postbacks.models import PostbackRule

Saved = Callable[..., Conversion]

pytestmark = pytest.mark.django_db

DOCS = Path(django_settings.BASE_DIR, "docs", "settings.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*) \|$", re.MULTILINE)


def checks() -> dict[str, tuple[str, str]]:
    return {check.name: (check.told, check.advice) for check in all_checks()}


def known(name: str) -> Known:
    (one,) = [one for one in [*COMMON, *OURS] if one.name == name]
    return one


def plain(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "")


def test_the_page_says_what_runs_and_whether_it_is_well(admin_client: Client) -> None:
    page = admin_client.get("/admin/status/").content.decode()

    for text in (
        "Python",
        "Django",
        "Celery",
        "libcurl",
        "Database",
        "Migrations",
        "Workers",
        "Sweep",
        "Broker",
        "Disk",
    ):
        assert text in page
    assert "all applied" in page


def test_without_a_worker_it_says_what_to_do(db: None) -> None:
    assert checks()["Workers"] == ("none alive", "start one: nothing is sent until then, and nothing is lost")
    assert checks()["Sweep"] == ("never yet", "start a worker: it sweeps by itself")


def test_a_worker_that_beats_is_well(db: None) -> None:
    Worker.objects.beat(uuid.uuid4(), host="h", pid=7, transport="curl", in_flight=3)
    SweepTurn.objects.take(0)

    assert checks()["Workers"] == ("1 alive, 3 postbacks on their way, sent by curl", "")
    assert checks()["Sweep"][1] == ""


def test_what_is_due_and_not_taken_needs_attention(rule: PostbackRule, saved: Saved) -> None:
    assert checks()["Waiting"] == ("nothing", "")
    saved(status="sale")
    assert checks()["Waiting"][1] == ""

    SentPostback.objects.update(due_at=timezone.now() - timedelta(minutes=6))

    assert checks()["Waiting"][1] == "see in the list why it waits: a worker, or its receiver"


def test_receivers_that_are_held_are_counted(rule: PostbackRule, saved: Saved) -> None:
    assert checks()["Receivers"] == ("0 with an open breaker, 0 held", "")
    saved(status="sale")

    Receiver.objects.get().hold()

    assert checks()["Receivers"] == ("0 with an open breaker, 1 held", "look why; what goes to them waits")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "amqp://guest:s3cret@127.0.0.1:1//"])
def test_a_broker_that_is_away_is_told_without_its_password(settings: Any, url: str) -> None:
    settings.CELERY_BROKER_URL = url

    told, advice = checks()["Broker"]

    assert told.startswith(f"{url.partition(':')[0]}, not reached: ")
    assert "s3cret" not in told
    assert advice == "look after it; until then the sweep finds what is due, a little later"


def test_a_broker_that_never_answers_holds_the_page_up_for_a_moment_only(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}//"

        assert checks()["Broker"][0] == "amqp, not reached: no answer"


def test_a_broker_in_our_own_memory_answers(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://localhost"

    assert checks()["Broker"] == ("memory, answers", "")


def test_every_setting_stands_in_the_docs_and_on_the_page_with_the_same_words() -> None:
    written = {name: [plain(cell) for cell in rest.split(" | ")] for name, rest in ROW.findall(DOCS)}

    told = {one.name: (str(one.default), str(one.meaning)) for one in [*COMMON, *OURS]}

    assert told == {name: (cells[0], cells[-1]) for name, cells in written.items()}
    units = {one.name: str(one.unit) for one in [*COMMON, *OURS] if one.unit}
    assert units == {name: cells[1] for name, cells in written.items() if cells[1] in {"seconds", "requests"}}


def test_each_setting_has_a_value_and_says_where_it_is_set(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTBACK_DEADLINE", "15")
    monkeypatch.delenv("POSTBACK_LEASE", raising=False)

    page = admin_client.get("/admin/settings/").content.decode()

    for one in [*COMMON, *OURS]:
        assert f"<code>{one.name}</code>" in page
    assert shown(known("POSTBACK_DEADLINE")).is_set
    assert (shown(known("POSTBACK_LEASE")).value, shown(known("POSTBACK_LEASE")).where) == ("60", "default")
    assert 'href="/admin/campaigns/installation/"' in page


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("SECRET_KEY", "s3cret-of-ours", "s3cret"),
        ("EMAIL_HOST_PASSWORD", "s3cret-of-ours", "s3cret"),
        ("DATABASE_URL", "postgres://user:s3cret@db.test/name", "s3cret"),
        ("DATABASE_URL", "postgres://db.test/name?password=s3cret", "s3cret"),
        ("CELERY_BROKER_URL", "redis://:s3cret@redis.test/0", "s3cret"),
        ("CACHE_URL", "rediss://user:s3cret@redis.test/0", "s3cret"),
        ("POSTBACK_PROXY_URL", "http://user:s3cret@proxy.test:3128", "s3cret"),
        ("POSTBACK_ALERT_URL", "https://chat.test/hook?token=s3cret&text={reason}", "s3cret"),
    ],
)
def test_no_secret_is_shown(admin_client: Client, settings: Any, name: str, value: str, secret: str) -> None:
    setattr(settings, name, value)

    page = admin_client.get("/admin/settings/").content.decode()

    assert secret not in page
    assert "•••" in shown(known(name)).value


@pytest.mark.parametrize(
    ("path", "codename"), [("/admin/status/", "view_worker"), ("/admin/settings/", "view_installation")]
)
def test_each_page_needs_its_permission_and_stands_in_the_menu_for_who_has_it(
    client: Client, path: str, codename: str
) -> None:
    user = User.objects.create_user("operator", is_staff=True)
    client.force_login(user)
    assert client.get(path).status_code == 403
    assert f'href="{path}"' not in client.get("/admin/").content.decode()

    user.user_permissions.add(Permission.objects.get(codename=codename))

    assert client.get(path).status_code == 200
    assert f'href="{path}"' in client.get("/admin/").content.decode()


def test_a_sweep_of_long_ago_needs_attention(db: None) -> None:
    SweepTurn.objects.create(pk=1, taken=Now() - timedelta(hours=1))

    assert checks()["Sweep"][1] == "see that a worker runs: retries and leases wait for it"
