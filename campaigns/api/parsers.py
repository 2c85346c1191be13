"""JSON as it was written: no number goes through a float."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import RawPostDataException, UnreadablePostError
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

LONGEST = 40  # digits; a number that needs more is no money, and 1e999999999 would fill the memory


class TooLarge(APIException):
    """The body is more than is read."""

    status_code = 413


class ExactJSONParser(BaseParser):
    """Reads an object whose numbers become text, in plain decimals, with the digits they came with."""

    media_type = "application/json"
    shape: type = dict
    wanted = "an object such as {}"

    def parse(
        self,
        stream: IO[Any],  # noqa: ARG002 - only Django's own `body` keeps to DATA_UPLOAD_MAX_MEMORY_SIZE
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The object; anything else is a ParseError that says what was wrong."""
        assert parser_context is not None  # noqa: S101 - DRF always hands one over
        body = body_of(parser_context["request"])
        try:
            told = json.loads(body, parse_float=plain, parse_int=str, parse_constant=str)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        if not isinstance(told, self.shape):
            raise ParseError(f"The body is JSON, but not {self.wanted}.")
        return told


class ExactJSONListParser(ExactJSONParser):
    """The same for a list."""

    shape = list
    wanted = "a list such as [{}, {}]"


def body_of(request: Request) -> bytes:
    """The body, or why it cannot be had, in the words that an incoming postback gets."""
    try:
        body: bytes = request.body
    except RequestDataTooBig as error:
        raise TooLarge(f"The body is longer than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.") from error
    except (UnreadablePostError, RawPostDataException) as error:  # the second where it is asked for again
        raise ParseError("The body broke off.") from error
    return body


def plain(number: str) -> str:
    """Without an exponent, where that is short: 1e2 is 100."""
    exact = Decimal(number)
    return format(exact, "f") if abs(exact.adjusted()) < LONGEST else number


def as_text(told: Mapping[str, Any]) -> dict[str, str]:
    """As a query would have said it. What is neither text nor a number stays JSON, and null says nothing."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in told.items()
        if value is not None
    }
