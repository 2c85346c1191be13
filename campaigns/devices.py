"""What a user agent tells of the visitor's device; read only when a macro asks."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ua_parser import parse

BOTS = ("bot", "spider", "crawler")


@lru_cache(maxsize=4096)
def described(user_agent: str) -> dict[str, str | bool]:
    """The device facts of a user agent by macro name, as the ua-parser project's table knows them."""
    result = parse(user_agent[:1000])
    os, browser, device = result.os, result.user_agent, result.device
    family = device.family.lower() if device else ""
    return {
        "os": os.family if os else "",
        "os_version": _version(os.major, os.minor) if os else "",
        "browser": browser.family if browser else "",
        "browser_version": _version(browser.major, browser.minor) if browser else "",
        "device_brand": _brand(device.brand) if device else "",
        "device_model": (device.model or "") if device else "",
        "device_type": _device_type(user_agent.lower()) if user_agent else "",
        "is_bot": family == "spider" or any(word in user_agent.lower() for word in BOTS),
    }


def _brand(brand: str | None) -> str:
    """The table's Generic_Android and its like are no brands."""
    return "" if brand is None or brand.startswith("Generic") else brand


def _version(*parts: str | None) -> str:
    return ".".join(part for part in parts if part)


def _device_type(user_agent: str) -> str:
    """Mobile, tablet or desktop, by the words that MDN's page on browser detection names."""
    if "ipad" in user_agent or "tablet" in user_agent or ("android" in user_agent and "mobi" not in user_agent):
        return "tablet"
    return "mobile" if "mobi" in user_agent else "desktop"


class DeviceFacts(Mapping[str, str | bool]):
    """The same as a mapping that costs nothing until somebody looks."""

    NAMES = ("os", "os_version", "browser", "browser_version", "device_brand", "device_model", "device_type", "is_bot")

    def __init__(self, user_agent: str) -> None:
        self.user_agent = user_agent

    def __getitem__(self, name: str) -> str | bool:
        if name not in self.NAMES:
            raise KeyError(name)
        return described(self.user_agent)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.NAMES)

    def __len__(self) -> int:
        return len(self.NAMES)
