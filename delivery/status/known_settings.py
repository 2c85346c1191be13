"""Every setting there is, as docs/settings.md says it too: its default, and what it means."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Known:
    """One name of the environment."""

    name: str
    default: "StrPromise"
    meaning: "StrPromise"
    is_secret: bool = False  # never shown
    unit: "StrPromise | str" = ""


COMMON = [
    Known(
        "DATABASE_URL",
        _("sqlite:///var/db.sqlite3"),
        _(
            "sqlite:///path or postgres://user:password@host:port/name. SQLite runs in WAL mode with "
            "immediate transactions; ?timeout=20 says how many seconds a write waits for another."
        ),
    ),
    Known(
        "CELERY_BROKER_URL",
        _("memory://localhost"),
        _(
            "The broker that nudges the workers: redis://…, amqp://… (RabbitMQ), or memory, which is for "
            "make run alone."
        ),
    ),
    Known(
        "CACHE_URL",
        _("locmem://"),
        _("Django's cache: redis://… or locmem://."),
    ),
    Known(
        "SECRET_KEY",
        _("in var/secret_key"),
        _(
            "Signs sessions. Where it is not set a key is made on the first start, in a file that only "
            "its owner can read."
        ),
        is_secret=True,
    ),
    Known(
        "DEBUG",
        _("0"),
        _("1 shows pages with the inner state when something fails: never where others can reach it."),
    ),
    Known(
        "ALLOWED_HOSTS",
        _("127.0.0.1, localhost and the host of POSTBACK_PUBLIC_URL"),
        _("Host names we answer to, with commas between them."),
    ),
    Known(
        "EMAIL_HOST",
        _("localhost"),
        _("The mail server that alerts go out by."),
    ),
    Known(
        "EMAIL_PORT",
        _("25"),
        _("Its port."),
    ),
    Known(
        "EMAIL_HOST_USER",
        _("none"),
        _("Who logs in there."),
    ),
    Known(
        "EMAIL_HOST_PASSWORD",
        _("none"),
        _("The password for that."),
        is_secret=True,
    ),
    Known(
        "EMAIL_USE_TLS",
        _("0"),
        _("1 says STARTTLS to it."),
    ),
    Known(
        "DEFAULT_FROM_EMAIL",
        _("postbacks@localhost"),
        _("Whom alerts come from."),
    ),
]
OURS = [
    Known(
        "POSTBACK_BIND",
        _("127.0.0.1:8000"),
        _("Where make run listens."),
    ),
    Known(
        "POSTBACK_PUBLIC_URL",
        _("http:// and POSTBACK_BIND"),
        _(
            "How networks and visitors reach us; stands in the click links and the postback URL. With "
            "https:// cookies are secure, HSTS is on, and pages asked for over http are redirected; click"
            " links and incoming postbacks never are, for a redirected POST loses its body."
        ),
    ),
    Known(
        "POSTBACK_DATA_DIR",
        _("var"),
        _("The SQLite file, the key file and the like."),
    ),
    Known(
        "POSTBACK_TRUSTED_PROXIES",
        _("none"),
        _(
            "Whose X-Forwarded-For is believed, such as 127.0.0.1/32. Without it the visitor's address is"
            " that of the connection."
        ),
    ),
    Known(
        "POSTBACK_ALLOWED_NETWORKS",
        _("none"),
        _(
            "Private receivers that may be reached, such as 10.1.0.0/16. All other private, loopback and "
            "special addresses are refused: at save, and again when the connection is made. make run on "
            "loopback allows loopback."
        ),
    ),
    Known(
        "POSTBACK_PROXY_URL",
        _("none"),
        _("All postbacks go out through this proxy."),
    ),
    Known(
        "POSTBACK_CONNECT_TIMEOUT",
        _("5"),
        _("Until a receiver must have picked up."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_DEADLINE",
        _("15"),
        _("For one request, all in all, also against receivers that drip."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_TRANSPORT",
        _("auto"),
        _(
            "curl (libcurl, hundreds of requests in one thread), requests (a thread for each), or auto: "
            "curl where pycurl imports."
        ),
    ),
    Known(
        "POSTBACK_CONNECTIONS",
        _("512 with curl, 64 with requests"),
        _("In flight at once, for each worker process."),
        unit=_("requests"),
    ),
    Known(
        "POSTBACK_STOP_GRACE",
        _("20"),
        _("For what flies when a worker is told to end."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_LEASE",
        _("60"),
        _("Until a worker that has gone silent loses what it claimed. Must be longer than the deadline."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_SWEEP_INTERVAL",
        _("5, with the memory broker 1"),
        _("Between two sweeps."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_RETRY_DELAYS",
        _("30,120,600,1800,7200,21600,43200"),
        _(
            "After a temporary failure; each delay is drawn from 80 % to 120 % of itself. After the last "
            "one a postback ends failed."
        ),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_RETRY_AFTER_MAX",
        _("86400"),
        _("A receiver's Retry-After is honoured up to this long."),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_BREAKER_HOLD",
        _("30"),
        _(
            "How long nothing goes to a receiver whose breaker has opened; doubled each time in a row, up"
            " to 20 times as long."
        ),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_PATIENCE",
        _("the sum of POSTBACK_RETRY_DELAYS (20.7 h)"),
        _(
            "Without a single good answer from a receiver: after half of it, and after all of it, a "
            "person is told (delivery)."
        ),
        unit=_("seconds"),
    ),
    Known(
        "POSTBACK_ALERT_EMAIL",
        _("none"),
        _("Who is told by e-mail, with commas between them."),
    ),
    Known(
        "POSTBACK_ALERT_URL",
        _("none"),
        _(
            "What is called then, such as https://chat.example/hook?text={receiver}+{level}+{reason}. The"
            " placeholders are {receiver}, {level} (50 or 100), {failing_since} and {reason}."
        ),
    ),
    Known(
        "POSTBACK_QUEUE_PREFIX",
        _("none"),
        _("Stands before the names of the queues send and sweep, where several installations share a broker."),
    ),
    Known(
        "POSTBACK_LOG_LEVEL",
        _("INFO"),
        _("Of our own log lines: DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    ),
]
