"""Players of other hosts that a page may show, told from the link that people copy. Pure.

YouTube, RuTube and VK Video are known, in the shapes their pages, "share" buttons and embed codes give. A private video
can be shown where its address carries the key that the player asks for (RuTube's ``p``, VK's ``hash``). Everything
else stays a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

_AT = "{at}"  # stands where the second goes
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_RUTUBE_ID = re.compile(r"[0-9a-f]{32}|[0-9]{3,12}")
_VK_IDS = re.compile(r"(?:video|clip)(-?[0-9]{1,18})_([0-9]{1,18})(_[0-9a-f]+)?")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TIME = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s?)?")
_FRAME = re.compile(r"""<iframe\b[^>]*?\bsrc\s*=\s*["']([^"']+)["']""", re.IGNORECASE)

_YOUTUBE = {"youtube.com", "youtu.be", "youtube-nocookie.com", "music.youtube.com"}
_VK = {"vk.com", "vk.ru", "vkvideo.ru"}


@dataclass(frozen=True)
class Player:
    """``embed`` and ``page`` have ``{at}`` for the second to begin at; ``origins`` is whom the frame may ask."""

    host: str
    embed: str
    page: str
    origins: tuple[str, ...]
    start: int = 0  # the second that the link itself names

    def page_at(self, second: int) -> str:
        return self.page.replace(_AT, str(second))


def address_in(typed: str) -> str:
    """The address in what was pasted: an embed code is taken for the address of its frame."""
    found = _FRAME.search(typed)
    if found is None:
        return typed.strip()
    address = unescape(found[1]).strip()
    return f"https:{address}" if address.startswith("//") else address


def of(address: str) -> Player | None:
    """The player for the video at that address; None where we know of none."""
    try:
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query, max_num_fields=50).items()}
        host = re.sub(r"^(?:www|m)\.", "", (parts.hostname or "").lower())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if host in _YOUTUBE:
        return _youtube(host, parts, asked)
    if host == "rutube.ru":
        return _rutube(parts, asked)
    return _vk(parts, asked) if host in _VK else None


def _youtube(host: str, parts: SplitResult, asked: dict[str, str]) -> Player | None:
    path = [part for part in parts.path.split("/") if part]
    if host == "youtu.be":
        id = path[0] if path else ""
    elif path[:1] == ["watch"]:
        id = asked.get("v", "")
    else:
        id = path[1] if len(path) > 1 and path[0] in {"embed", "shorts", "live", "v"} else ""
    if not _YOUTUBE_ID.fullmatch(id):
        return None
    return Player(
        host="YouTube",
        embed=f"https://www.youtube-nocookie.com/embed/{id}?autoplay=1&start={_AT}",
        page=f"https://www.youtube.com/watch?v={id}&t={_AT}s",
        origins=("https://www.youtube-nocookie.com",),
        start=_seconds(asked.get("t") or asked.get("start") or parts.fragment.removeprefix("t=")),
    )


def _rutube(parts: SplitResult, asked: dict[str, str]) -> Player | None:
    path = "/".join(part for part in parts.path.split("/") if part)
    found = re.fullmatch(r"(?:video(?:/private|/embed)?|play/embed|shorts|live/video(?:/private)?)/([0-9a-f]+)", path)
    if found is None or not _RUTUBE_ID.fullmatch(found[1]):
        return None
    id, key = found[1], asked.get("p", "")
    is_private = bool(_KEY.fullmatch(key)) and key != "null"
    if "private" in path and not is_private:
        return None
    with_key = f"p={quote(key)}&" if is_private else ""
    return Player(
        host="RuTube",
        embed=f"https://rutube.ru/play/embed/{id}/?{with_key}t={_AT}",
        page=f"https://rutube.ru/video/{'private/' if is_private else ''}{id}/?{with_key}t={_AT}",
        origins=("https://rutube.ru",),
        start=_seconds(asked.get("t", "")),
    )


def _vk(parts: SplitResult, asked: dict[str, str]) -> Player | None:
    start = _seconds(asked.get("t", ""))
    if parts.path == "/video_ext.php":
        found = _VK_IDS.fullmatch(f"video{asked.get('oid', '')}_{asked.get('id', '')}")
        key = asked.get("hash", "")
        return _vk_player(found[1], found[2], key if _KEY.fullmatch(key) else "", start) if found else None
    told = asked.get("z", "").partition("/")[0] or parts.path.rstrip("/").rpartition("/")[2]
    found = _VK_IDS.fullmatch(told)
    # A page with a key opens for who has its link; the player asks for another key, which it does not carry.
    if found is None or found[3] or asked.get("list", "").startswith("ln-"):
        return None
    return _vk_player(found[1], found[2], "", start)


def _vk_player(owner: str, id: str, key: str, start: int) -> Player:
    frame = f"https://vkvideo.ru/video_ext.php?oid={owner}&id={id}{f'&hash={quote(key)}' if key else ''}"
    return Player(
        host="VK Видео",
        embed=f"{frame}&autoplay=1&t={_AT}s",
        # Only the frame takes the key of a private video.
        page=f"{frame}&t={_AT}s" if key else f"https://vkvideo.ru/video{owner}_{id}?t={_AT}s",
        origins=("https://vkvideo.ru", "https://vk.com"),
        start=start,
    )


def _seconds(told: str) -> int:
    """«1h2m3s», «90s», «90»; 0 where it is none."""
    found = _TIME.fullmatch(told)
    if found is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
