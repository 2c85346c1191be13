"""What a browser complains of: its console, breaches of the policy too, and requests that fail or leave us."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

ABORTED = "net::ERR_ABORTED"  # by going on to another page


@dataclass  # no slots: Playwright keeps its handlers on it
class Watch:
    """All that a context's pages complained of."""

    home: str
    complaints: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> "Watch":
        """Watch every page of this context, also those that are opened later."""
        context.on("console", self._said)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return self

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{said.text} {said.location}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != ABORTED:
            self.complaints.append(f"{request.failure} {request.url}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")
