"""The screens of this floor."""

from campaigns.admin.received import ReceivedPostbackAdmin

__all__ = ["ReceivedPostbackAdmin"]
