"""`manage.py run`: all of it, from one command."""

import json
import os
import secrets
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from campaigns.models import Installation
from delivery.embedded import EmbeddedWorker, end_with_parent, suit_a_laptop

THREADS = 8  # requests answered at once
MACROS = "?subid={subid}&status={status}&payout={payout}"


def run_file() -> Path:
    """Says where a running server can be found: {"url": .., "pid": ..}."""
    return settings.POSTBACK_DATA_DIR / "run.json"


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one worker process, in which the Celery worker lives as a thread."""

    def __init__(self, host: str, port: int, lines: list[str]) -> None:
        self.address, self.lines = f"[{host}]:{port}" if ":" in host else f"{host}:{port}", lines
        self.celery = EmbeddedWorker()
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's settings, and where it tells us how far it is."""
        options = {
            "bind": self.address,
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "limit_request_line": 8190,
            "graceful_timeout": 5,
            "timeout": 60,
            "control_socket_disable": True,
            "when_ready": self._ready,
            "post_worker_init": lambda _worker: self.celery.start(),
            "worker_exit": self._stopped,
            "on_exit": lambda _arbiter: run_file().unlink(missing_ok=True),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The site."""
        return get_wsgi_application()

    def _ready(self, _arbiter: Any) -> None:
        run_file().write_text(json.dumps({"url": f"http://{self.address}", "pid": os.getpid()}))
        print("\n".join(self.lines), flush=True)

    def _stopped(self, _arbiter: Any, _worker: Any) -> None:
        try:
            self.celery.stop()
        finally:  # also when Ctrl-C is pressed again
            # Celery's threads would be waited for at the interpreter's end; what they hold is in the database.
            os._exit(0)


class Command(BaseCommand):
    """Migrates, makes the first admin, and serves."""

    help = "Starts web, worker and sweep in one go. For a laptop or a small server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only what a Makefile needs."""
        parser.add_argument("--with-parent", action="store_true", help="end with the process that started it")

    def handle(self, *args: Any, with_parent: bool, **options: Any) -> None:  # noqa: ARG002
        """Until Ctrl-C."""
        host, port = settings.POSTBACK_BIND
        self._refuse_taken(host, port)
        call_command("migrate", verbosity=0)
        suit_a_laptop(host)
        lines = self._lines(self._first_admin())
        connections.close_all()  # a connection is not to be shared with the process that gunicorn forks
        if with_parent:
            end_with_parent()
        Server(host, port, lines).run()

    def _refuse_taken(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise CommandError(
                    f"Cannot listen at {host}:{port}: {error.strerror}. Stop what listens there, "
                    f"or choose another port, such as POSTBACK_BIND={host}:{port + 1}"
                ) from error

    def _first_admin(self) -> str:
        """The password of the admin that was made just now; '' where there was one."""
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return ""
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        return password

    def _lines(self, password: str) -> list[str]:
        """One line per thing."""
        public = settings.POSTBACK_PUBLIC_URL
        database = settings.DATABASES["default"]
        login = f"   user admin, password {password} (shown this once)" if password else ""
        return [
            "",
            "S2S Postbacks is running. Ctrl-C stops it.",
            f"  Admin         {public}/admin/{login}",
            f"  Postback URL  {Installation.objects.current().postback_url}{MACROS}",
            "  Demo          make demo   (in another terminal)",
            f"  Database      {database['ENGINE'].rpartition('.')[2]} {database['NAME']}",
            f"  Broker        {settings.CELERY_BROKER_URL.partition('://')[0]}",
            "",
        ]
