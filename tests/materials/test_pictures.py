"""Pictures are drawn anew, upright and without what a camera wrote into them, and offered in the widths of screens."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from lms.extensions import db
from lms.materials import pictures
from lms.materials.markdown import to_html
from lms.materials.models import Material, StoredFile
from lms.materials.offering import Offer, offered
from tests import factories
from tests.materials.test_pure import PNG


def photograph(width: int = 2000, height: int = 1000, *, orientation: int = 1) -> bytes:
    """As a phone writes it: with the place, the owner's name and a comment; red on the left, blue on the right."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height), fill="red")
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height // 3), fill="blue")
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Ирина Ковалёва"
    exif.get_ifd(0x8825)[2] = (47.0, 14.0, 5.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=exif, comment=b"secret place")
    return out.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A true PNG of that size, black throughout: some kilobytes that unpack to gigabytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = zlib.compress(bytes(width * 3 + 1) * 40)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def film(frames: int = 3, side: int = 20) -> bytes:
    out = io.BytesIO()
    first, *rest = [Image.new("RGB", (side, side), (color, 0, 90)) for color in range(frames)]
    first.save(out, "GIF", save_all=True, append_images=rest, duration=100, comment=b"secret place")
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


# --- drawing ----------------------------------------------------------------------------------------------------------
def test_a_photograph_loses_its_place_and_names_and_keeps_its_look():
    drawn = pictures.draw(io.BytesIO(photograph()))

    kept = opened(drawn.content)
    assert (kept.format, kept.size, drawn.width, drawn.height) == ("JPEG", (2000, 1000), 2000, 1000)
    assert dict(kept.getexif()) == {} and "comment" not in kept.info
    for content in (drawn.content, *(one.content for one in drawn.smaller)):
        assert b"secret" not in content and "Ирина".encode() not in content and b"Exif" not in content
    red, green, blue = kept.convert("RGB").getpixel((100, 500))
    assert red > 240 and green < 20 and blue < 20


def test_a_photograph_that_lies_on_its_side_stands_up():
    drawn = pictures.draw(io.BytesIO(photograph(orientation=6)))

    kept = opened(drawn.content).convert("RGB")
    assert kept.size == (1000, 2000)
    assert kept.getpixel((500, 100))[0] > 240  # the left side, which is red, has become the top


def test_lesser_widths_are_webp_of_the_same_shape():
    drawn = pictures.draw(io.BytesIO(photograph()))

    assert [(one.width, one.height) for one in drawn.smaller] == [(480, 240), (960, 480), (1600, 800)]
    assert {opened(one.content).format for one in drawn.smaller} == {"WEBP"}
    assert len(drawn.smaller[0].content) * 4 < len(drawn.content)
    assert pictures.draw(io.BytesIO(PNG)).smaller == []


def test_what_is_wider_than_any_page_becomes_narrower():
    assert pictures.draw(io.BytesIO(photograph(3000, 100))).width == pictures.WIDEST
    assert pictures.draw(io.BytesIO(photograph(100, 3000, orientation=8))).width == pictures.WIDEST


def test_what_shines_through_still_does():
    alpha = Image.new("L", (1000, 600), 0)
    ImageDraw.Draw(alpha).ellipse((100, 100, 900, 500), fill=120)
    image, out = Image.effect_noise((1000, 600), 90).convert("RGBA"), io.BytesIO()
    image.putalpha(alpha)
    image.save(out, "PNG")

    drawn = pictures.draw(out)

    assert opened(drawn.content).getpixel((0, 0))[3] == 0
    assert opened(drawn.smaller[0].content).convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_animation_goes_on_moving_and_has_no_lesser_sizes():
    drawn = pictures.draw(io.BytesIO(film()))

    assert opened(drawn.content).n_frames == 3
    assert b"secret" not in drawn.content and drawn.smaller == []


@pytest.mark.parametrize("look", [pictures.check, pictures.draw])
def test_more_points_than_may_be_decoded_are_refused(look):
    with pytest.raises(pictures.TooManyPixels):
        look(io.BytesIO(bomb()))


def test_the_points_of_an_animation_are_those_of_all_its_frames(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS_MOVING", 2 * 20 * 20)

    assert pictures.draw(io.BytesIO(film(2))).width == 20
    for look in (pictures.check, pictures.draw):
        with pytest.raises(pictures.TooManyPixels):
            look(io.BytesIO(film(3)))


def test_a_text_without_end_in_a_picture_is_refused():
    told, out = PngImagePlugin.PngInfo(), io.BytesIO()
    told.add_text("Comment", "x" * 3_000_000, zip=True)
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=told)

    with pytest.raises(pictures.Unreadable):
        pictures.check(out)


@pytest.mark.parametrize("content", [b"", PNG[:40], photograph()[:3000], b"\x89PNG\r\n\x1a\n" + bytes(200)])
def test_a_broken_picture_is_refused(content):
    with pytest.raises(pictures.Unreadable):
        pictures.check(io.BytesIO(content))


# --- offering ---------------------------------------------------------------------------------------------------------
def test_a_picture_of_a_page_is_offered_in_its_widths():
    html = '<p><img src="/files/7/a.png" alt="А"> <img src="/files/8/b.png" alt=""></p>'

    assert offered(html, {7: Offer(2000, 1000, (480, 960))}) == (
        '<p><img width="2000" height="1000" loading="lazy" srcset="/files/7/a.png?width=480 480w, '
        '/files/7/a.png?width=960 960w, /files/7/a.png 2000w" sizes="(min-width: 48rem) 42rem, 100vw" '
        'src="/files/7/a.png" alt="А"> <img src="/files/8/b.png" alt=""></p>'
    )


# --- on the platform --------------------------------------------------------------------------------------------------
@pytest.fixture
def module(cast):
    made = factories.module(factories.cycle())
    factories.enrolment(cast.volunteer, made.cycle)
    return made


@pytest.fixture
def files(app):
    folder = Path(app.config["DATA_FOLDER"]) / "files"
    for old in folder.glob("*"):
        old.unlink()
    return folder


def put(client, module, content, kind="page", name="Фото.jpg"):
    field = "uploads" if kind == "page" else "upload"
    return client.post(
        f"/materials/new?module_id={module.id}&kind={kind}",
        data={"title": "С фото", "body": "Смотрите:", "is_published": "y", field: (io.BytesIO(content), name)},
    )


def test_a_phone_is_given_a_small_picture_of_a_page(app, cast, as_, module, files):
    put(as_(cast.trainer), module, photograph())
    page, file = db.session.scalars(db.select(Material)).one(), db.session.scalars(db.select(StoredFile)).one()
    reader = as_(cast.volunteer)

    shown = reader.get(f"/materials/{page.id}").text
    small = reader.get(f"/files/{file.id}/x?width=480")
    whole = reader.get(f"/files/{file.id}/x")

    assert f"/files/{file.id}/%D0%A4%D0%BE%D1%82%D0%BE.jpg?width=480 480w" in shown and 'width="2000"' in shown
    assert (small.status_code, small.content_type, opened(small.data).size) == (200, "image/webp", (480, 240))
    assert (whole.content_type, opened(whole.data).size) == ("image/jpeg", (2000, 1000))
    assert small.headers["ETag"] != whole.headers["ETag"]
    assert "srcset" not in page.body_html  # what is stored knows no sizes: a new file may take this one's place
    assert as_(cast.stranger).get(f"/files/{file.id}/x?width=480").status_code == 404
    for unknown in ("481", "0", "-1", "x", "9" * 30):
        assert reader.get(f"/files/{file.id}/x?width={unknown}").content_type == "image/jpeg"


def test_a_picture_that_is_a_material_is_offered_in_its_widths_too(app, cast, as_, module, files):
    put(as_(cast.trainer), module, photograph(), kind="file")
    material = db.session.scalars(db.select(Material)).one()

    assert "?width=960 960w" in as_(cast.volunteer).get(f"/materials/{material.id}").text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (bomb(), "карта.png", "На картинке слишком много точек, больше 52 млн."),
        (photograph()[:3000], "Фото.jpg", "Имя кончается на .jpg, а внутри что-то другое."),
    ],
)
def test_a_picture_that_cannot_be_kept_is_refused_in_words_and_what_was_typed_stays(
    app, cast, as_, module, files, content, name, said
):
    response = put(as_(cast.trainer), module, content, kind="file", name=name)

    assert response.status_code == 422
    assert said in response.text.replace("\xa0", " ").replace("&nbsp;", " ") and "С фото" in response.text
    assert list(files.glob("*")) == []


def test_the_pictures_of_thirty_are_read_with_as_many_queries_as_those_of_one(
    app, cast, as_, module, files, count_queries
):
    put(as_(cast.trainer), module, photograph(600, 300))
    one = db.session.scalars(db.select(Material)).one()
    reader = as_(cast.volunteer)
    reader.get(f"/materials/{one.id}")
    with count_queries() as few:
        reader.get(f"/materials/{one.id}")
    as_(cast.trainer).post(
        f"/materials/{one.id}/edit",
        data={
            "title": "С фото", "body": one.body, "is_published": "y", "version": one.version,
            "uploads": [(io.BytesIO(photograph(600, 300)), f"{n}.jpg") for n in range(10)],
        },
    )  # fmt: skip

    with count_queries() as many:
        reader.get(f"/materials/{one.id}")

    assert len(many) == len(few)


def test_pictures_of_a_question_and_of_a_preview_are_offered_in_their_widths_too(app, cast, as_, module, files):
    put(as_(cast.trainer), module, photograph(), kind="file")
    file = db.session.scalars(db.select(StoredFile)).one()
    text = f"Что здесь?\n\n![Фото](/files/{file.id}/a.jpg)"
    quiz = factories.quiz(module)
    shown = factories.question(quiz, right=("да",), wrong=("нет",), text=text, text_html=to_html(text))
    shown.files = [file]
    db.session.commit()
    learner = as_(cast.volunteer)

    asked = learner.get(learner.post(f"/quizzes/{quiz.id}/attempts").location).text
    preview = as_(cast.trainer).post("/materials/preview", data={"title": "С фото", "body": text}).text

    for page in (asked, preview):
        assert f"/files/{file.id}/a.jpg?width=480 480w" in page
