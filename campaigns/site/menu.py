"""The menu: groups, and groups in groups, from what each ModelAdmin says of itself.

A ModelAdmin says `menu = (_("Maintenance"), _("Logs"))` and, where the order matters, `menu_order = 10`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

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


@dataclass(frozen=True, slots=True)
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

    def sort(self) -> None:
        """Entries by their place; what has none, by its name."""
        self.entries.sort(key=lambda entry: (entry.order, entry.label))
        for group in self.groups:
            group.sort()

    def trail(self) -> list[str | Entry]:
        """The way to the current page: the names of its groups, and the page; empty: it is not here."""
        for entry in self.entries:
            if entry.is_current:
                return [self.label, entry]
        for group in self.groups:
            if way := group.trail():
                return [self.label, *way]
        return []


def menu(apps: Iterable[dict[str, Any]], admins: Any, path: str) -> Group:
    """The whole menu; `apps` is what AdminSite.get_app_list says this person may see."""
    root = Group("")
    for label in GROUPS:
        root.group(str(label))
    for app in apps:
        for model in app["models"]:
            if model["admin_url"]:
                _place(root, app, model, admins[model["model"]], path)
    root.groups[:] = [group for group in root.groups if group.entries or group.groups]
    root.sort()
    return root


def _place(root: Group, app: dict[str, Any], model: dict[str, Any], admin: Any, path: str) -> None:
    labels: Sequence[object] = getattr(admin, "menu", None) or BY_APP.get(app["app_label"], (app["name"],))
    group = root
    for label in labels:
        group = group.group(str(label))
    entry = Entry(
        label=capfirst(str(model["name"])),
        url=model["admin_url"],
        add_url=model["add_url"],
        order=getattr(admin, "menu_order", LAST),
        is_current=path.startswith(model["admin_url"]),
    )
    group.entries.append(entry)
