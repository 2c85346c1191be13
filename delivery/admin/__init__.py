"""The screens of this floor."""

from delivery.admin.receiver import ReceiverAdmin
from delivery.admin.refusals import RefusalAdmin
from delivery.admin.sent import SentPostbackAdmin

__all__ = ["ReceiverAdmin", "RefusalAdmin", "SentPostbackAdmin"]
