"""Pictures in the HTML of a page, offered to the browser in several widths. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PICTURE = re.compile(r'<img src="(/files/(\d{1,18})/[^"/\\?,]+)"')
# How wide a picture of a text is shown: the text's own width where there is room, else the screen's.
SIZES = "(min-width: 48rem) 42rem, 100vw"


@dataclass(frozen=True)
class Offer:
    """A picture's own size in pixels, and the lesser widths it is kept in."""

    width: int
    height: int
    widths: tuple[int, ...] = ()

    def srcset(self, address: str) -> str:
        if not self.widths:
            return ""
        lesser = [f"{address}?width={width} {width}w" for width in self.widths]
        return ", ".join([*lesser, f"{address} {self.width}w"])


def offered(html: str, offers: dict[int, Offer]) -> str:
    """What ``markdown.to_html`` gave, its pictures with their sizes: nothing jumps, and a phone fetches a small one."""

    def with_sizes(found: re.Match[str]) -> str:
        address, offer = found[1], offers.get(int(found[2]))
        if offer is None:
            return found[0]
        srcset = f' srcset="{offer.srcset(address)}" sizes="{SIZES}"' if offer.widths else ""
        return f'<img width="{offer.width}" height="{offer.height}" loading="lazy"{srcset} src="{address}"'

    return _PICTURE.sub(with_sizes, html)
