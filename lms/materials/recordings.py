"""What the page of a recording shows beside the player: chapters, and where to begin. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.materials import chapters, players
from lms.materials.chapters import Chapter
from lms.materials.players import Player

LONGEST = 24 * 3600


@dataclass(frozen=True)
class Recording:
    """``start`` is the second at which it begins when play is pressed."""

    player: Player | None = None
    chapters: list[Chapter] = field(default_factory=list)
    start: int = 0
    percent: int = 0

    @property
    def clock(self) -> str:
        return chapters.clock(self.start)


def shown(url: str, its_chapters: list[Chapter], *, asked: int | None, left_at: int, percent: int) -> Recording:
    """``asked`` is the second that the address of the page names; ``left_at`` the one where the person stopped."""
    player = players.of(url) if url else None
    start = asked if asked is not None else left_at or (player.start if player else 0)
    return Recording(player, its_chapters, start if 0 <= start <= LONGEST else 0, percent)
