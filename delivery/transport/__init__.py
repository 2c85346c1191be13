"""The one door to the network: requests go out, and for each of them comes a response."""

from delivery.transport.contract import PostbackRequest, PostbackResponse, Transport

__all__ = ["PostbackRequest", "PostbackResponse", "Transport"]
