"""The rows of a log as HTML: drawn by hand, for Django's own way takes four times as long as finding them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_list import result_headers
from django.db.models import Model
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from campaigns.admin.display import ago

NOTHING = "–"
CHECKBOX = "action_checkbox"
Cell = Callable[[Any], Any]


class Drawing:
    """Draws the rows of one page, each column by the function of the admin that it names, or by the field."""

    def __init__(self, model_admin: Any, columns: Sequence[Any], links: Sequence[Any] | None) -> None:
        """`links` are the columns that lead to the row's page."""
        self.model_admin, self.links = model_admin, set(links or ())
        self.may_tick = CHECKBOX in columns
        self.cells = [(name, self._cell(name)) for name in columns if name != CHECKBOX]
        self.tick = _("Choose %(row)s")
        meta = model_admin.opts
        self.address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[0]).split("0", 1)

    def rows(self, rows: Iterable[Model]) -> list[SafeString]:
        """Each as a <tr>."""
        return [self._row(row) for row in rows]

    def _row(self, row: Model) -> SafeString:
        tick = self._tick(row) if self.may_tick else ""
        cells = "".join(self._drawn(name, cell(row), row) for name, cell in self.cells)
        waits = " data-waits" if self.model_admin.may_change_yet(row) else ""
        return mark_safe(f'<tr data-id="{row.pk:d}"{waits}>{tick}{cells}</tr>')  # noqa: S308 - each part is escaped

    def _tick(self, row: Model) -> str:
        label = escape(self.tick % {"row": f"{row.pk} {row}".strip()})
        return (
            f'<td class="action-checkbox"><input type="checkbox" name="{ACTION_CHECKBOX_NAME}" value="{row.pk:d}" '
            f'class="action-select" aria-label="{label}"></td>'
        )

    def _drawn(self, name: str, value: Any, row: Model) -> str:
        text = _text(value)
        if name in self.links:
            address = f"{self.address[0]}{row.pk:d}{self.address[1]}"
            return f'<th scope="row" class="field-{name}"><a href="{address}">{text}</a></th>'
        return f'<td class="field-{name}">{text}</td>'

    def _cell(self, name: str) -> Cell:
        if hasattr(self.model_admin, name):
            shown: Cell = getattr(self.model_admin, name)
            return shown
        return lambda row: getattr(row, name)


def headers(changelist: Any) -> list[SafeString]:
    """The head of the table; no column can be sorted by."""
    titles = zip(changelist.list_display, result_headers(changelist), strict=True)
    return [_header(name, title["text"]) for name, title in titles]


def _header(name: str, text: Any) -> SafeString:
    if name == CHECKBOX:
        return format_html('<th scope="col" class="action-checkbox-column"><div class="text">{}</div></th>', text)
    head = '<th scope="col" class="column-{}"><div class="text"><span>{}</span></div></th>'
    return format_html(head, name, _capital(text))


def _capital(text: Any) -> str:
    words = str(text)
    return words[:1].upper() + words[1:]


def _text(value: Any) -> str:
    """Foreign text is escaped, what a function of ours has made is not."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, SafeString):
        return str(value)
    return str(ago(value)) if isinstance(value, datetime) else escape(str(value))
