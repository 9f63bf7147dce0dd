"""Making a centre."""

from __future__ import annotations

from lms.centres.models import Centre
from lms.centres.queries import taken_slugs
from lms.slugs import slug

# Words that stand in the same place of an address.
_NOT_CENTRES = {"new"}


def name_centre(centre: Centre) -> None:
    """Give a new centre its address, which stays when the name changes."""
    base = slug(centre.name, longest=40) or "centre"
    taken = taken_slugs(base) | _NOT_CENTRES
    centre.slug, number = base, 1
    while centre.slug in taken:
        number += 1
        centre.slug = f"{base}-{number}"
