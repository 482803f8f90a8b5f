"""What people call a device, from what its browser says of itself."""

from functools import lru_cache

from ua_parser import parse

SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS", "Other": ""}
BROWSERS = {
    "Mobile Safari": "Safari",
    "Chrome Mobile": "Chrome",
    "HeadlessChrome": "Chrome",
    "Firefox Mobile": "Firefox",
    "Other": "",
}
LONGEST = 60


@lru_cache(maxsize=1000)
def device_words(user_agent: str) -> str:
    """Browser and system, such as “Firefox on Windows”; the beginning of what it says where neither is known."""
    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    if found.device and found.device.family in ("iPhone", "iPad"):
        system = found.device.family
    words = [BROWSERS.get(browser, browser), SYSTEMS.get(system, system)]
    known = " on ".join(word for word in words if word)
    return known or " ".join(user_agent.split())[:LONGEST] or "Unknown device"
