"""From a view to its addresses."""

from rest_framework.routers import SimpleRouter


class Router(SimpleRouter):
    """Takes an address with and without its last slash: a redirected POST would lose its body."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
