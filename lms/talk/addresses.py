"""The page an enquiry stands on. Pure."""

from __future__ import annotations

from typing import Any

from lms.cycles.models import Activity

_PAGES = {
    "material": ("materials.show", "material_id"),
    "package": ("packages.show", "package_id"),
    "live_session": ("sessions.show", "live_session_id"),
}


def page_of(activity: Activity) -> tuple[str, dict[str, Any]]:
    """The endpoint of an activity one may ask under, and its values."""
    endpoint, argument = _PAGES[activity.type]
    return endpoint, {argument: activity.id}
