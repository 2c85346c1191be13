"""Pages by key: the millionth row costs what the first does."""

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

MOST = 500  # rows of one page
MAX_DIGITS = 18  # of an id
NOT_OURS = "This cursor is none of ours: follow the links `next` and `previous` as they are."


class KeysetPages(CursorPagination):
    """The newest first; `next` and `previous` are links to follow as they are."""

    ordering = "-id"
    page_size = 100
    max_page_size = MOST
    page_size_query_param = "page_size"
    page_size_query_description = f"Rows of one page, {MOST} at most."
    cursor_query_description = "Where the page begins; it comes with the links."

    def get_page_size(self, request: Request) -> int:
        """As asked for; what cannot be had is refused, not rounded."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return KeysetPages.page_size
        if not is_number(asked) or not 1 <= int(asked) <= MOST:
            raise ValidationError({"page_size": [f"“{asked[:80]}” is not a whole number from 1 to {MOST}."]})
        return int(asked)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """A cursor of ours holds an id and no offset; any other is refused."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({"cursor": [NOT_OURS]}) from error
        if cursor and (cursor.offset or not is_number(str(cursor.position))):
            raise ValidationError({"cursor": [NOT_OURS]})
        return cursor


def is_number(text: str) -> bool:
    """Whether these are digits, and no more of them than an id has."""
    return text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
