"""Places on this floor's pages that the floors above fill, in their AppConfig.ready."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Link:
    """Where else to look from a page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu that shows no model; its address needs no arguments."""

    label: "str | StrPromise"
    url_name: str
    menu: "Sequence[str | StrPromise]" = (_("Maintenance"),)
    order: int = 10
    permission: str = ""  # "app.codename"; empty: everyone who may log in

    def may_be_seen_by(self, request: HttpRequest) -> bool:
        return not self.permission or request.user.has_perm(self.permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """What a save put to silence; it stands on the request as `silenced` when `slots.questions` are asked."""

    rules: list[int] = field(default_factory=list)  # disabled or deleted just now
    switched_off: list[int] = field(default_factory=list)  # a source's rules, just now, for this campaign only
    campaign: int | None = None  # paused just now
    anchor: str = ""  # such as #rule-7: where on the page a button of a tab has to be answered

    def __bool__(self) -> bool:
        return bool(self.rules or self.switched_off or self.campaign)

    def __or__(self, other: "Silenced") -> "Silenced":
        return Silenced(
            rules=self.rules + other.rules,
            switched_off=self.switched_off + other.switched_off,
            campaign=self.campaign or other.campaign,
            anchor=self.anchor or other.anchor,
        )


@runtime_checkable
class Tab(Protocol):
    """What the formset of an inline in a slot may tell of its save."""

    def silenced(self) -> Silenced: ...

    def said(self) -> Sequence[str]: ...

    def warnings(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Overview:
    """A page in the place of the plain overview: its template, and what that needs."""

    template: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of the campaigns' list, by their names: what each is called, and its values by campaigns' ids."""

    labels: "Mapping[str, str | StrPromise]"
    values: Callable[[Sequence[int]], Mapping[int, Mapping[str, SafeString | str]]]
    permission: str


@dataclass(frozen=True, slots=True)
class Slots:
    """What was put in; empty on this floor alone."""

    campaign_inlines: list["type[InlineModelAdmin[Any, Any]]"] = field(
        default_factory=list
    )  # each is a tab of the campaign page
    source_inlines: list["type[InlineModelAdmin[Any, Any]]"] = field(default_factory=list)
    # asked after a campaign or source was saved: the address of a page with a question, or None
    questions: list[Callable[[HttpRequest, Model], str | None]] = field(default_factory=list)
    # how the rules of a page fare, by their ids: in one campaign, or in all, as far as this person may see it
    rule_health: list[Callable[[Sequence[Any], Any, Any], Mapping[int, SafeString]]] = field(default_factory=list)
    # of the list of campaigns
    campaign_columns: list[Columns] = field(default_factory=list)
    # what else goes along when a campaign is duplicated: the original and the copy
    campaign_copied: list[Callable[[HttpRequest, Any, Any], None]] = field(default_factory=list)
    # links beside a campaign, a click, a received postback or a conversion
    links: list[Callable[[Model], Sequence[Link]]] = field(default_factory=list)
    # what stands below a click or a conversion, as HTML; empty: nothing
    below: list[Callable[[HttpRequest, Model], SafeString | str]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)  # of the menu
    searches: list[str] = field(default_factory=list)  # the name of the address that answers the search box
    # asked for the overview: the first that answers is shown
    overviews: list[Callable[[HttpRequest], Overview | None]] = field(default_factory=list)
    # sources that are ready made, offered where the first one is added
    ready_sources: list[Callable[[HttpRequest], Sequence[Link]]] = field(default_factory=list)


slots = Slots()
