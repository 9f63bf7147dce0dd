"""Chapters of a recording: «05:30 Тема», one a line, as trainers type them or as the session was planned. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MOST = 200
_LINE = re.compile(r"(?:(\d{1,2}):([0-5]?\d)|(\d{1,3})):([0-5]\d)(?:\s*[—–-])?\s+(\S.*)")


@dataclass(frozen=True)
class Chapter:
    """``at`` is the second it begins at."""

    at: int
    title: str

    @property
    def clock(self) -> str:
        return clock(self.at)


class NoChapter(ValueError):
    """The line, counted from 1, that names no time, or one that is not after the line before it."""

    def __init__(self, number: int, line: str) -> None:
        super().__init__(line)
        self.number, self.line = number, line


def read(text: str) -> list[Chapter]:
    """What was typed; empty lines do not count. Raises NoChapter."""
    found: list[Chapter] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        chapter = _chapter(line.strip())
        if chapter is None or len(found) == MOST or (found and chapter.at <= found[-1].at):
            raise NoChapter(number, line.strip())
        found.append(chapter)
    return found


def _chapter(line: str) -> Chapter | None:
    parts = _LINE.fullmatch(line)
    if parts is None:
        return None
    hours, minutes, alone, seconds, title = parts.groups()
    return Chapter(int(hours or 0) * 3600 + int(minutes or alone) * 60 + int(seconds), title)


def planned(items: Iterable[tuple[datetime | None, str]], starts_at: datetime) -> list[Chapter]:
    """The plan of a session as chapters of its recording, taken to begin when the session did."""
    found: list[Chapter] = []
    for at, title in items:
        second = int((at - starts_at).total_seconds()) if at is not None else -1
        if second >= 0 and (not found or second > found[-1].at):
            found.append(Chapter(second, title))
    return found


def clock(second: int) -> str:
    """«5:30», «1:05:30»."""
    minutes, seconds = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
