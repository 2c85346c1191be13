"""The menu: groups, and groups in groups, from what each ModelAdmin and each page of `slots.pages` says of itself.

A ModelAdmin says `menu = (_("Maintenance"), _("Logs"))` and, where the order matters, `menu_order = 10`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.admin.slots import slots

GROUPS = [_("Traffic"), _("Maintenance"), _("People")]  # in this order; others after them
BY_APP = {"auth": (_("People"),), "authtoken": (_("People"),)}  # those that are not ours say nothing
LAST = 1000  # the place of an entry that names none


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the menu."""

    label: str
    url: str
    add_url: str | None = None
    order: int = LAST
    is_current: bool = False


@dataclass(slots=True)
class Group:
    """A heading, its pages, and the groups below it."""

    label: str
    entries: list[Entry] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)

    def group(self, label: str) -> "Group":
        """The group of this name below this one; it is made where there is none."""
        for group in self.groups:
            if group.label == label:
                return group
        self.groups.append(Group(label))
        return self.groups[-1]

    def place(self, labels: Iterable[object], entry: Entry) -> None:
        """Put the entry into the group that these names lead to."""
        group = self
        for label in labels:
            group = group.group(str(label))
        group.entries.append(entry)

    def sort(self) -> None:
        """Entries by their place; what has none, by its name."""
        self.entries.sort(key=lambda entry: (entry.order, entry.label))
        for group in self.groups:
            group.sort()

    def all_entries(self) -> Iterator[Entry]:
        """Those of this group and of all below it."""
        yield from self.entries
        for group in self.groups:
            yield from group.all_entries()

    def mark(self, url: str) -> None:
        """Make the entry with this address the current one."""
        self.entries = [replace(entry, is_current=entry.url == url) for entry in self.entries]
        for group in self.groups:
            group.mark(url)

    def trail(self) -> list[str | Entry]:
        """The way to the current page: the names of its groups, and the page; empty: it is not here."""
        for entry in self.entries:
            if entry.is_current:
                return [self.label, entry]
        for group in self.groups:
            if way := group.trail():
                return [self.label, *way]
        return []


def menu(apps: Iterable[dict[str, Any]], admins: Any, request: HttpRequest) -> Group:
    """The whole menu; `apps` is what AdminSite.get_app_list says this person may see."""
    root = Group("")
    for label in GROUPS:
        root.group(str(label))
    _place_models(root, apps, admins)
    _place_pages(root, request)
    root.groups[:] = [group for group in root.groups if group.entries or group.groups]
    root.sort()
    # of two that the address begins with, the longer one: a page may stand below a list
    root.mark(max((e.url for e in root.all_entries() if request.path.startswith(e.url)), key=len, default=""))
    return root


def _place_models(root: Group, apps: Iterable[dict[str, Any]], admins: Any) -> None:
    for app in apps:
        for model in app["models"]:
            if model["admin_url"]:
                admin = admins[model["model"]]
                labels = getattr(admin, "menu", None) or BY_APP.get(app["app_label"], (app["name"],))
                root.place(labels, _entry(model, getattr(admin, "menu_order", LAST)))


def _entry(model: dict[str, Any], order: int) -> Entry:
    return Entry(label=capfirst(str(model["name"])), url=model["admin_url"], add_url=model["add_url"], order=order)


def _place_pages(root: Group, request: HttpRequest) -> None:
    for page in slots.pages:
        if page.may_be_seen_by(request):
            entry = Entry(label=str(page.label), url=reverse(page.url_name), order=page.order)
            root.place(page.menu, entry)
