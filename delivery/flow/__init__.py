"""How fast a receiver is sent to: its places, its pace, and the breaker that opens when it does not answer."""

from delivery.flow.flow import Flow

__all__ = ["Flow"]
