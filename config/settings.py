"""All settings. What can be set stands in docs/settings.md, name by name."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from config.content_policy import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from config.env import (
    env_address,
    env_bool,
    env_choice,
    env_folder,
    env_int,
    env_list,
    env_networks,
    env_seconds,
    env_seconds_list,
    env_text,
    env_transport,
    env_url,
    secret_key,
)

BASE_DIR = Path(__file__).resolve().parent.parent
POSTBACK_DATA_DIR = env_folder("POSTBACK_DATA_DIR", BASE_DIR / "var")  # database, keys, run file

# ---- where we are

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = secret_key("SECRET_KEY", POSTBACK_DATA_DIR / "secret_key")
POSTBACK_BIND = env_address("POSTBACK_BIND", "127.0.0.1:8000")  # where `manage.py run` listens
_host = f"[{POSTBACK_BIND[0]}]" if ":" in POSTBACK_BIND[0] else POSTBACK_BIND[0]
# how networks and visitors reach us
POSTBACK_PUBLIC_URL = env_url("POSTBACK_PUBLIC_URL", f"http://{_host}:{POSTBACK_BIND[1]}", ["http", "https"])
POSTBACK_PUBLIC_URL = POSTBACK_PUBLIC_URL.rstrip("/")
_public = urlsplit(POSTBACK_PUBLIC_URL)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ",".join({"127.0.0.1", "localhost", "[::1]", _public.hostname or ""}))
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]

# ---- what runs

INSTALLED_APPS = [
    "delivery",
    "postbacks",
    "campaigns",
    "campaigns.site.SiteConfig",  # Django's admin, with our menu
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",  # first: what those below answer themselves has the policy as well
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "campaigns.site.language.AdminLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # bytes of one request's body
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

STATIC_URL = "static/"
STATIC_ROOT = POSTBACK_DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True  # no collectstatic needed
WHITENOISE_AUTOREFRESH = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"

# ---- servers

DATABASE_URL = env_url(
    "DATABASE_URL",
    f"sqlite:///{POSTBACK_DATA_DIR / 'db.sqlite3'}",
    ["sqlite", "postgres", "postgresql"],
)
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASE_URL.startswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": str(POSTBACK_DATA_DIR / "test.sqlite3")}  # a file, as threads need one
    DATABASES["default"]["CONN_MAX_AGE"] = None  # a file: a connection costs its memory alone
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # who will write says so at once, and waits in the queue for it
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        **DATABASES["default"].get("OPTIONS", {}),  # what DATABASE_URL says behind its ?
    }
else:
    _options: dict[str, Any] = {
        "connect_timeout": 5,
        "options": "-c jit=off",
    }  # compiling the claim takes longer than the claim
    # a server that vanishes without a word is noticed within a minute
    _options |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60000}
    DATABASES["default"]["OPTIONS"] = _options | DATABASES["default"].get("OPTIONS", {})

CACHE_URL = env_url("CACHE_URL", "locmem://", ["locmem", "redis", "rediss"])
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if CACHE_URL.startswith("locmem")
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
}

CELERY_BROKER_URL = env_url(
    "CELERY_BROKER_URL", "memory://localhost", ["memory", "redis", "rediss", "amqp", "amqps", "pyamqp"]
)
_schemes = {"rediss": "redis", "amqps": "amqp", "pyamqp": "amqp"}
_broker = _schemes.get(urlsplit(CELERY_BROKER_URL).scheme, urlsplit(CELERY_BROKER_URL).scheme)
# while no worker runs nudges would pile up, and a hundred say no more than one
_queue_arguments = {"x-queue-type": "quorum", "x-max-length": 100} if _broker == "amqp" else None
CELERY_TASK_QUEUES = [
    Queue(name, routing_key=name, queue_arguments=_queue_arguments)
    for name in (env_text("POSTBACK_QUEUE_PREFIX") + "send", env_text("POSTBACK_QUEUE_PREFIX") + "sweep")
]
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_QUEUES[0].name
CELERY_TASK_ROUTES = {
    "delivery.tasks.send_due": {"queue": CELERY_TASK_QUEUES[0].name},
    "delivery.tasks.sweep": {"queue": CELERY_TASK_QUEUES[1].name},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # a message is a nudge: lost, it costs a sweep; held, it can kill the worker
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_REMOTE_TRACEBACKS = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = 4  # one pump, the nudges that find it at work, and the sweep
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_HEARTBEAT = 10
CELERY_BROKER_POOL_LIMIT = 10
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 2
CELERY_TIMEZONE = "UTC"
_transport_options: dict[str, dict[str, Any]] = {
    "memory": {"polling_interval": 0.02},
    "redis": {
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 10,
    },
    "amqp": {"confirm_publish": True},  # how long is said where it is published
}
CELERY_BROKER_TRANSPORT_OPTIONS = _transport_options[_broker]

EMAIL_HOST = env_text("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10  # seconds; the sweep waits for it
DEFAULT_FROM_EMAIL = env_text("DEFAULT_FROM_EMAIL", "postbacks@localhost")

# ---- who may do what

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.FormParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "S2S Postbacks",
    "DESCRIPTION": "Report clicks and conversions; read what was received and what was sent.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}
if _public.scheme == "https":
    SECURE_SSL_REDIRECT = True
    # A redirected POST loses its body, and a network does not follow: what brings money is taken as it comes.
    SECURE_REDIRECT_EXEMPT = [r"^c/", r"^[^/]+/postback/?$", r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_choice("POSTBACK_LOG_LEVEL", "INFO", LOG_LEVELS)},
    "loggers": {
        "celery": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # a network's 404 is no news of ours
    },
}

# ---- ours

POSTBACK_TRUSTED_PROXIES = env_networks("POSTBACK_TRUSTED_PROXIES")  # whose X-Forwarded-For is believed
POSTBACK_ALLOWED_NETWORKS = env_networks("POSTBACK_ALLOWED_NETWORKS")  # private receivers that may be reached
POSTBACK_PROXY_URL = env_url("POSTBACK_PROXY_URL", "", ["http", "https"])  # all postbacks go through it
POSTBACK_CONNECT_TIMEOUT = env_seconds("POSTBACK_CONNECT_TIMEOUT", 5)  # seconds
POSTBACK_DEADLINE = env_seconds("POSTBACK_DEADLINE", 15)  # seconds for one request, all in all
POSTBACK_TRANSPORT = env_transport("POSTBACK_TRANSPORT")  # curl or requests
# requests at once, a worker process; with requests each of them is a thread
POSTBACK_CONNECTIONS = env_int("POSTBACK_CONNECTIONS", 512 if POSTBACK_TRANSPORT == "curl" else 64, least=1)
POSTBACK_STOP_GRACE = env_seconds("POSTBACK_STOP_GRACE", 20)  # seconds for what flies when a worker is stopped
POSTBACK_LEASE = env_seconds("POSTBACK_LEASE", 60)  # seconds until a silent worker loses what it claimed
POSTBACK_SWEEP_INTERVAL = env_seconds("POSTBACK_SWEEP_INTERVAL", 1 if _broker == "memory" else 5)  # seconds
POSTBACK_RETRY_DELAYS = env_seconds_list("POSTBACK_RETRY_DELAYS", "30,120,600,1800,7200,21600,43200")  # seconds
POSTBACK_RETRY_JITTER = 0.2  # a delay is drawn from 80 % to 120 % of itself
POSTBACK_BREAKER_HOLD = env_seconds("POSTBACK_BREAKER_HOLD", 30)  # seconds; doubled each time in a row, up to 20 times
# seconds without a good answer from a receiver, after half and all of which a person is told
POSTBACK_PATIENCE = env_seconds("POSTBACK_PATIENCE", sum(POSTBACK_RETRY_DELAYS) or 3600)
POSTBACK_ALERT_EMAIL = env_list("POSTBACK_ALERT_EMAIL", "")  # who is told by e-mail
POSTBACK_ALERT_URL = env_url("POSTBACK_ALERT_URL", "", ["http", "https"])  # what is called then
POSTBACK_RETRY_AFTER_MAX = env_seconds("POSTBACK_RETRY_AFTER_MAX", 86400)  # of a receiver's Retry-After, at most

if not POSTBACK_DEADLINE < POSTBACK_LEASE:
    raise ImproperlyConfigured(
        f"POSTBACK_LEASE is {POSTBACK_LEASE:g} s; more than POSTBACK_DEADLINE ({POSTBACK_DEADLINE:g} s) is needed, "
        "or a postback would be taken from a worker that is still sending it."
    )

CELERY_BEAT_SCHEDULE = {"sweep": {"task": "delivery.tasks.sweep", "schedule": POSTBACK_SWEEP_INTERVAL}}
CELERY_BEAT_SCHEDULE_FILENAME = str(POSTBACK_DATA_DIR / "celerybeat-schedule")

os.environ.setdefault("RES_OPTIONS", "timeout:2 attempts:2")  # getaddrinfo cannot be interrupted
