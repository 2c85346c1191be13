"""`manage.py demo`: see it work, from the click to the receiver."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from delivery.demo import belongings, scene
from delivery.demo.history import load as load_history
from delivery.demo.receiver import DemoReceiver
from delivery.demo.server import some_server
from delivery.demo.show import report_all, show, wait_until_finished, went_wrong
from delivery.embedded import suit_a_laptop


class Command(BaseCommand):
    """Exit status 0: everything went as it should."""

    help = (
        "Loads demo data, reports conversions as a network would, and shows what was sent, and why something was not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Without any the scene is played."""
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--history", action="store_true", help="load two weeks that never were, to look at; no scene")
        only.add_argument("--remove", action="store_true", help="take all of the demo away, and nothing else")

    def handle(self, *args: Any, history: bool, remove: bool, **options: Any) -> None:  # noqa: ARG002
        """What was asked for."""
        call_command("migrate", verbosity=0)
        if history:
            self.stdout.write("Loaded." if load_history() else "It was loaded already.")
        elif remove:
            gone = belongings.remove()
            self.stdout.write(f"Removed: {gone.campaigns} campaigns, {gone.clicks} clicks, {gone.postbacks} postbacks.")
        else:
            self._play()

    def _play(self) -> None:
        """Lay the scene, play it, and look."""
        console = Console()
        suit_a_laptop("127.0.0.1")
        with DemoReceiver() as receiver, some_server() as server:
            scene.load(receiver.url)
            with Progress(console=console) as progress:
                reported = report_all(server, progress)
                wait_until_finished([one.subid for one in reported], progress)
            show(console, reported)
            wrong = went_wrong(reported, receiver)
        if wrong:
            raise CommandError("; ".join(wrong))
        console.print(f"[green]All went as it should: {len(receiver.arrived)} postbacks arrived, none twice.[/]")
