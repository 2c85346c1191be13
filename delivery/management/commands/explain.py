"""`manage.py explain <subid>`: why was it sent, or not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from delivery.explain import Explanation, explain
from delivery.explain.lines import Cause, exact


class Command(BaseCommand):
    """Prints all causes, each with what to change."""

    help = "Explains for a subid what was sent, what is queued, and why something was not sent."

    def add_arguments(self, parser: CommandParser) -> None:
        """The subid."""
        parser.add_argument("subid")

    def handle(self, *args: Any, subid: str, **options: Any) -> None:  # noqa: ARG002
        """Print it."""
        explanation = explain(subid)
        self._say(explanation.summary)
        self._click(explanation)
        for cause in explanation.hints:
            self._cause(cause, "! ")
        for section in explanation.sections:
            self.stdout.write("")
            self._say(section.title)
            for line in section.lines:
                self._say(f"{line.rule}: {line.text}", "  ")
                for cause in line.causes:
                    self._cause(cause, "    - ")
        self._received(explanation)

    def _click(self, explanation: Explanation) -> None:
        if click := explanation.click:
            external_id = f"external_id: {click.external_id or '–'}"
            self._say(f"Click {click.subid} of {click.campaign.name}, {exact(click.created)}, {external_id}")

    def _cause(self, cause: Cause, mark: str) -> None:
        self._say(cause.text + (f" -> {cause.advice}" if cause.advice else ""), mark)

    def _received(self, explanation: Explanation) -> None:
        if explanation.received:
            self.stdout.write("\nReceived postbacks that named it, newest first:")
        for received in explanation.received:
            self._say(f"{exact(received.created)} {received.get_verdict_display()}: {received.reason}", "  ")

    def _say(self, text: str, mark: str = "") -> None:
        """One line. Clicks and receivers bring foreign text: nothing in it may steer the terminal."""
        words = " ".join(text.split())
        self.stdout.write(mark + "".join(letter if letter.isprintable() else "\ufffd" for letter in words))
