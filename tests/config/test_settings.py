"""Settings come from the environment: sensible where nothing is said, and loud where nonsense is."""

import os
import runpy
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from config.env import secret_key

OURS = ("POSTBACK_", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS")
BASE_DIR = django_settings.BASE_DIR


@pytest.fixture
def read(monkeypatch, tmp_path):
    """What the settings are in an environment that says this and nothing else."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)

    def settings(**environment):
        for name, value in ({"POSTBACK_DATA_DIR": str(tmp_path)} | environment).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(BASE_DIR / "config" / "settings.py"))

    return settings


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("DEBUG", False),
        ("POSTBACK_BIND", ("127.0.0.1", 8000)),
        ("POSTBACK_PUBLIC_URL", "http://127.0.0.1:8000"),
        ("CELERY_BROKER_URL", "memory://localhost"),
        ("POSTBACK_TRUSTED_PROXIES", []),
        ("POSTBACK_ALLOWED_NETWORKS", []),
        ("POSTBACK_PROXY_URL", ""),
        ("POSTBACK_CONNECT_TIMEOUT", 5),
        ("POSTBACK_DEADLINE", 15),
        ("POSTBACK_TRANSPORT", "curl"),
        ("POSTBACK_CONNECTIONS", 512),
        ("POSTBACK_STOP_GRACE", 20),
        ("POSTBACK_LEASE", 60),
        ("POSTBACK_SWEEP_INTERVAL", 1),
        ("POSTBACK_RETRY_AFTER_MAX", 86400),
        ("POSTBACK_RETRY_DELAYS", [30, 120, 600, 1800, 7200, 21600, 43200]),
    ],
)
def test_a_default(read, name, default):
    assert read()[name] == default


def test_the_database_is_a_file_where_none_is_named(read, tmp_path):
    database = read()["DATABASES"]["default"]

    assert (database["ENGINE"], database["NAME"]) == ("django.db.backends.sqlite3", str(tmp_path / "db.sqlite3"))
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DEBUG", " Yes ", True),
        ("DEBUG", "OFF", False),
        ("POSTBACK_CONNECTIONS", "1", 1),
        ("POSTBACK_TRANSPORT", "Requests", "requests"),
        ("POSTBACK_TRANSPORT", "auto", "curl"),
        ("POSTBACK_DEADLINE", " 2.5 ", 2.5),
        ("POSTBACK_RETRY_DELAYS", "1, 2.5,,3", [1, 2.5, 3]),
        ("POSTBACK_RETRY_DELAYS", ",", []),
        ("POSTBACK_TRUSTED_PROXIES", "10.0.0.0/8, ::1", [ip_network("10.0.0.0/8"), ip_network("::1")]),
        ("POSTBACK_BIND", "[::1]:80", ("::1", 80)),
        ("POSTBACK_PUBLIC_URL", "https://track.example/", "https://track.example"),
        ("ALLOWED_HOSTS", "a.example, b.example", ["a.example", "b.example"]),
        ("CELERY_BROKER_URL", "redis:///3", "redis:///3"),
        ("POSTBACK_DEADLINE", "", 15),
        ("CELERY_BROKER_URL", " ", "memory://localhost"),
    ],
)
def test_what_is_said_is_taken(read, name, text, value):
    assert read(**{name: text})[name] == value


SECONDS = "a number of seconds above 0 is needed."
NETWORKS = "a list of networks such as 10.0.0.0/8,192.168.1.0/24 (no bits set beyond the mask) is needed."
ADDRESS = "an address such as 127.0.0.1:8000 is needed."
WEB = "a URL that starts with http:// or https:// is needed."
DATABASE = "a URL that starts with sqlite:// or postgres:// or postgresql:// is needed."


@pytest.mark.parametrize(
    ("name", "nonsense", "expected"),
    [
        ("DEBUG", "maybe", "one of 1, 0, true, false, yes, no, on, off is needed."),
        ("POSTBACK_CONNECTIONS", "many", "a whole number of at least 1 is needed."),
        ("POSTBACK_CONNECTIONS", "0", "a whole number of at least 1 is needed."),
        ("POSTBACK_CONNECTIONS", "1.5", "a whole number of at least 1 is needed."),
        *[
            (f"POSTBACK_{name}", "soon", SECONDS)
            for name in ("CONNECT_TIMEOUT", "STOP_GRACE", "LEASE", "SWEEP_INTERVAL", "RETRY_AFTER_MAX")
        ],
        ("POSTBACK_TRANSPORT", "aiohttp", "one of AUTO, CURL, REQUESTS is needed."),
        ("POSTBACK_LOG_LEVEL", "loud", "one of DEBUG, INFO, WARNING, ERROR, CRITICAL is needed."),
        *[("POSTBACK_DEADLINE", nonsense, SECONDS) for nonsense in ("0", "-1", "nan", "inf", "1e10", "15 s")],
        *[
            ("POSTBACK_RETRY_DELAYS", nonsense, "a list of seconds such as 30,120,600 is needed.")
            for nonsense in ("30;120", "30,0", "nan", "30,-1")
        ],
        *[("POSTBACK_TRUSTED_PROXIES", nonsense, NETWORKS) for nonsense in ("10.0.0.1/8", "proxy", "10.0.0.0/33", "*")],
        ("POSTBACK_ALLOWED_NETWORKS", "office", NETWORKS),
        *[("POSTBACK_BIND", nonsense, ADDRESS) for nonsense in ("8000", ":8000", "localhost", "localhost:", "a:99999")],
        *[
            ("POSTBACK_PUBLIC_URL", nonsense, WEB)
            for nonsense in (
                "track.example",
                "ftp://track.example",
                "http:/x",
                "https://",
                "http://a:port",
                "http://[a",
            )
        ],
        ("POSTBACK_PROXY_URL", "socks5://127.0.0.1:1080", WEB),
        *[("DATABASE_URL", nonsense, DATABASE) for nonsense in ("mysql://db/x", "db.sqlite3", "postgres://db:port/x")],
        ("CACHE_URL", "memcached://x", "a URL that starts with locmem:// or redis:// or rediss:// is needed."),
        ("CELERY_BROKER_URL", "filesystem://x", "a URL that starts with memory:// or redis:// or rediss:// or amqp://"),
    ],
)
def test_nonsense_is_refused_with_its_name_and_what_was_expected(read, name, nonsense, expected):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(**{name: nonsense})

    assert str(refused.value).startswith(f"{name} is {nonsense!r}; ")
    assert expected in str(refused.value)


def test_a_data_folder_that_cannot_be_made_is_refused(read, tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")

    with pytest.raises(ImproperlyConfigured, match=r"POSTBACK_DATA_DIR is .*cannot be made a folder"):
        read(POSTBACK_DATA_DIR=str(file / "below"))


def test_no_password_stands_in_a_refusal(read):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(DATABASE_URL="mysql://user:se/cr@et@db/x")

    assert str(refused.value).startswith("DATABASE_URL is 'mysql://…@db/x'; ")


@pytest.mark.parametrize("lease", ["15", "1"])
def test_a_lease_that_a_request_outlives_is_refused(read, lease):
    with pytest.raises(
        ImproperlyConfigured, match=rf"POSTBACK_LEASE is {lease} s; more than POSTBACK_DEADLINE \(15 s\)"
    ):
        read(POSTBACK_LEASE=lease)


def test_https_makes_cookies_secure_and_redirects_no_postback(read):
    settings = read(POSTBACK_PUBLIC_URL="https://track.example")

    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert "track.example" in settings["ALLOWED_HOSTS"]
    assert r"^[^/]+/postback/?$" in settings["SECURE_REDIRECT_EXEMPT"]


def test_a_prefix_stands_before_the_queues(read):
    settings = read(POSTBACK_QUEUE_PREFIX="mine-")

    assert [queue.name for queue in settings["CELERY_TASK_QUEUES"]] == ["mine-send", "mine-sweep"]
    assert settings["CELERY_TASK_ROUTES"]["delivery.tasks.sweep"]["queue"] == "mine-sweep"


@pytest.mark.parametrize(("broker", "quorum"), [("amqp://h//", True), ("pyamqp://h//", True), ("redis://h/1", False)])
def test_queues_outlive_rabbitmq(read, broker, quorum):
    (queue, _sweep) = read(CELERY_BROKER_URL=broker)["CELERY_TASK_QUEUES"]

    assert queue.queue_arguments == ({"x-queue-type": "quorum", "x-max-length": 100} if quorum else None)


def test_a_secret_key_is_made_for_its_owner_alone_and_kept(read, tmp_path):
    first, second = read()["SECRET_KEY"], read()["SECRET_KEY"]

    assert first == second == (tmp_path / "secret_key").read_text()
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if "secret" in path.name] == ["secret_key"]


def test_two_installations_have_two_keys(read, tmp_path):
    keys = {read(POSTBACK_DATA_DIR=str(tmp_path / name))["SECRET_KEY"] for name in ("a", "b")}

    assert len(keys) == 2


def test_a_key_of_the_environment_needs_no_file(read, tmp_path):
    assert read(SECRET_KEY=" k ")["SECRET_KEY"] == "k"
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_key_file_is_refused(read, tmp_path, content):
    (tmp_path / "secret_key").write_text(content)

    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set, and .* is empty: delete the file or set"):
        read()


def test_a_key_file_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(
        ImproperlyConfigured, match=r"SECRET_KEY_OF_NOBODY is not set, and .* can be neither read nor made"
    ):
        secret_key("SECRET_KEY_OF_NOBODY", tmp_path / "file" / "secret_key")


def test_a_file_system_without_links_does_too(tmp_path, monkeypatch):
    def no_links(*_paths):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", no_links)

    first, second = (secret_key("SECRET_KEY_OF_NOBODY", tmp_path / "secret_key") for _start in range(2))

    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_who_starts_at_the_same_moment_has_the_same_key(tmp_path):
    start = threading.Barrier(16)

    def key(_process):
        start.wait(30)
        return secret_key("SECRET_KEY_OF_NOBODY", tmp_path / "secret_key")

    with ThreadPoolExecutor(16) as processes:
        assert len(set(processes.map(key, range(16)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_start_with_nonsense_ends_at_once_and_says_why(tmp_path, command):
    environment = os.environ | {"POSTBACK_DATA_DIR": str(tmp_path), "POSTBACK_DEADLINE": "soon"}

    ended = subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert f"POSTBACK_DEADLINE is 'soon'; {SECONDS}" in ended.stderr
    assert not Path(tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize(("wanted", "said"), [("auto", "requests 64"), ("requests", "requests 64")])
def test_without_pycurl_requests_is_taken(read, monkeypatch, wanted, said):
    monkeypatch.setitem(sys.modules, "pycurl", None)

    got = read(POSTBACK_TRANSPORT=wanted)

    assert f"{got['POSTBACK_TRANSPORT']} {got['POSTBACK_CONNECTIONS']}" == said


def test_curl_that_is_asked_for_and_not_there_is_told(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "pycurl", None)

    with pytest.raises(ImproperlyConfigured, match="POSTBACK_TRANSPORT is 'curl', and pycurl cannot be imported"):
        read(POSTBACK_TRANSPORT="curl")
