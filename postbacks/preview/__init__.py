"""What a URL template would come to, shown to whoever types it; nothing is sent and nothing is written."""

from postbacks.preview.marks import Mark, marks_of, replaced
from postbacks.preview.preview import Preview
from postbacks.preview.subject import Owner, Subject, owner_of

__all__ = ["Mark", "Owner", "Preview", "Subject", "marks_of", "owner_of", "replaced"]
