"""Pictures as we keep them: drawn anew from what was given, upright, in sRGB, and without what a camera or a program
wrote into them (places, names, thumbnails); and smaller ones of it as WebP, in the widths that screens ask for. Pure.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

# Asked before anything is decoded: a small file can unpack to gigabytes. A phone's largest photograph has 50 million.
MOST_PIXELS = 52_000_000
MOST_PIXELS_MOVING = 100_000_000  # in all frames of a film, which are drawn one after another
# Wider than this is no use on a page; a drawing that is long and narrow stays long.
WIDEST, HIGHEST = 2560, 12_000
WIDTHS = (480, 960, 1600)
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_SAVED: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 88, "progressive": True},
    "WEBP": {"quality": 88},
    "PNG": {},
    "GIF": {},
}
# A decoded picture takes four bytes a pixel: one at a time in a process, or a few uploads at once fill a small server.
_one_at_a_time = threading.Lock()


class TooManyPixels(ValueError):
    """More than MOST_PIXELS, or in all frames of a film more than MOST_PIXELS_MOVING."""


class Unreadable(ValueError):
    """No picture, or a broken one."""


@dataclass(frozen=True)
class Smaller:
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class Drawn:
    """``smaller``: the same picture in lesser widths, as WebP; none of one that moves."""

    width: int
    height: int
    content: bytes
    smaller: list[Smaller] = field(default_factory=list)


def check(content: IO[bytes]) -> None:
    """Can this picture be kept? The stream is left at its start. Raises TooManyPixels and Unreadable."""
    with _opened(content) as image:
        if _moves(image):
            _watch(image)
        else:
            _shrink(image)


def draw(content: IO[bytes]) -> Drawn:
    """The picture as we keep it. Raises TooManyPixels and Unreadable."""
    with _opened(content) as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        if _moves(image):
            return Drawn(*image.size, _redrawn_film(image, kind))
        picture = _plain(image)
        drawn = _saved(picture.convert("RGB") if kind == "JPEG" and picture.mode not in {"L", "RGB"} else picture, kind)
        smaller = (_smaller(picture, width) for width in WIDTHS if width < picture.width)
        return Drawn(*picture.size, drawn, [one for one in smaller if len(one.content) < len(drawn)])


# --- looking ----------------------------------------------------------------------------------------------------------
@contextmanager
def _opened(content: IO[bytes]) -> Iterator[Image.Image]:
    content.seek(0)
    try:
        with _one_at_a_time, Image.open(content, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels
            yield image
    except (TooManyPixels, Unreadable):
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels from error
    # What Pillow's decoders raise over broken bytes, and over texts in a picture that are too long.
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError, LookupError, TypeError, ValueError) as error:
        raise Unreadable from error
    finally:
        content.seek(0)


def _moves(image: Image.Image) -> bool:
    """An animation; a photograph that carries its preview as a second frame (MPO) is none."""
    return image.format in {"GIF", "WEBP", "PNG"} and bool(getattr(image, "is_animated", False))


# --- drawing ----------------------------------------------------------------------------------------------------------
def _plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    _shrink(image)
    picture = ImageOps.exif_transpose(image)
    if profile:
        picture = _in_srgb(picture, profile)
    picture.info = {"transparency": picture.info["transparency"]} if "transparency" in picture.info else {}
    return picture


def _shrink(image: Image.Image) -> None:
    """Into the room there is, decoding no more of a JPEG than that takes."""
    turned = image.getexif().get(0x0112, 1) >= 5  # Exif's orientation: lies on its side
    image.thumbnail((HIGHEST, WIDEST) if turned else (WIDEST, HIGHEST), reducing_gap=2.0)
    image.load()


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Browsers take a picture that says nothing for sRGB; a profile that cannot be read is as good as none."""
    if picture.mode not in {"RGB", "CMYK"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return changed or picture


def _smaller(picture: Image.Image, width: int) -> Smaller:
    height = max(1, round(picture.height * width / picture.width))
    has_alpha = "A" in picture.mode or "transparency" in picture.info
    resized = picture.convert("RGBA" if has_alpha else "RGB").resize((width, height), Image.Resampling.LANCZOS)
    return Smaller(width, height, _written(lambda out: resized.save(out, "WEBP", quality=80)))


def _saved(picture: Image.Image, kind: str) -> bytes:
    return _written(lambda out: picture.save(out, kind, **_SAVED[kind]))


def _watch(image: Image.Image) -> None:
    """Every frame of a film, one after another."""
    if image.width * image.height * int(getattr(image, "n_frames", 1)) > MOST_PIXELS_MOVING:
        raise TooManyPixels
    for frame in ImageSequence.Iterator(image):
        frame.load()


def _redrawn_film(image: Image.Image, kind: str) -> bytes:
    _watch(image)
    return _written(lambda out: image.save(out, kind, save_all=True, comment=b"", exif=b"", xmp=b"", icc_profile=None))


def _written(write: Callable[[IO[bytes]], None]) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()
