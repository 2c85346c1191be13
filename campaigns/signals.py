"""What this floor tells the floors above."""

from django.dispatch import Signal

# Sent inside the transaction that made the news, with `changes`: a list of ConversionChange, in the order they came.
conversions_changed = Signal()
