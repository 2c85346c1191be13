"""The one door to the network: requests go out, and for each of them comes a response."""

from django.conf import settings

from delivery.transport.contract import PostbackRequest, PostbackResponse, Transport
from delivery.transport.pooled import PooledTransport

try:
    from delivery.transport.curl import CurlTransport
except ImportError:  # no pycurl: the settings do not ask for it then
    CurlTransport = None  # type: ignore[assignment,misc]

__all__ = ["PostbackRequest", "PostbackResponse", "Transport", "transport_from_settings"]


def transport_from_settings() -> Transport:
    """A transport as the operator wants it. It starts a thread: make it where it is used, after any fork."""
    transport = CurlTransport if settings.POSTBACK_TRANSPORT == "curl" else PooledTransport
    return transport(
        places=settings.POSTBACK_CONNECTIONS,
        connect_timeout=settings.POSTBACK_CONNECT_TIMEOUT,
        deadline=settings.POSTBACK_DEADLINE,
        allowed_networks=settings.POSTBACK_ALLOWED_NETWORKS,
        proxy_url=settings.POSTBACK_PROXY_URL,
    )
