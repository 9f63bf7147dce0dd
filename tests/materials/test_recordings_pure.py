"""What belongs to recordings and needs no database: links of hosts, chapters, lengths, and what was really played."""

from __future__ import annotations

import io
import struct
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.clock import UTC
from lms.materials import chapters, lengths, played, players
from lms.materials.chapters import Chapter, NoChapter

# --- players ----------------------------------------------------------------------------------------------------------
ID = "dQw4w9WgXcQ"
HEX = "10b3a03fc01d5bbcc632a2f3514e8aab"
YOUTUBE = f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1&start={{at}}"
RUTUBE = f"https://rutube.ru/play/embed/{HEX}/?t={{at}}"
RUTUBE_PRIVATE = f"https://rutube.ru/play/embed/{HEX}/?p=Ab-1_x&t={{at}}"
VK = "https://vkvideo.ru/video_ext.php?oid=-22822305&id=456241864&autoplay=1&t={at}s"
VK_PRIVATE = "https://vkvideo.ru/video_ext.php?oid=-22822305&id=456241864&hash=a1b2c3d4e5f6&autoplay=1&t={at}s"


@pytest.mark.parametrize(
    ("address", "embed"),
    [
        (f"https://www.youtube.com/watch?v={ID}", YOUTUBE),
        (f"https://youtube.com/watch?app=desktop&v={ID}&list=PL1&index=2", YOUTUBE),
        (f"http://m.youtube.com/watch?v={ID}&feature=share", YOUTUBE),
        (f"https://music.youtube.com/watch?v={ID}", YOUTUBE),
        (f"https://youtu.be/{ID}?si=abc", YOUTUBE),
        (f"https://www.youtube.com/embed/{ID}", YOUTUBE),
        (f"https://www.youtube-nocookie.com/embed/{ID}?rel=0", YOUTUBE),
        (f"https://www.youtube.com/shorts/{ID}", YOUTUBE),
        (f"https://www.youtube.com/live/{ID}?feature=share", YOUTUBE),
        (f"https://www.youtube.com/v/{ID}", YOUTUBE),
        (f"https://rutube.ru/video/{HEX}/", RUTUBE),
        (f"https://rutube.ru/video/{HEX}", RUTUBE),
        (f"https://www.rutube.ru/video/{HEX}/?r=plwd", RUTUBE),
        (f"https://rutube.ru/play/embed/{HEX}", RUTUBE),
        (f"https://rutube.ru/play/embed/{HEX}/?p=null", RUTUBE),
        (f"https://rutube.ru/video/embed/{HEX}", RUTUBE),
        (f"https://rutube.ru/shorts/{HEX}/", RUTUBE),
        (f"https://rutube.ru/live/video/{HEX}/", RUTUBE),
        (f"https://rutube.ru/video/private/{HEX}/?p=Ab-1_x", RUTUBE_PRIVATE),
        (f"https://rutube.ru/play/embed/{HEX}/?p=Ab-1_x", RUTUBE_PRIVATE),
        (f"https://rutube.ru/live/video/private/{HEX}/?p=Ab-1_x", RUTUBE_PRIVATE),
        ("https://vk.com/video-22822305_456241864", VK),
        ("https://vkvideo.ru/video-22822305_456241864", VK),
        ("https://m.vk.com/video-22822305_456241864", VK),
        ("https://vk.ru/video-22822305_456241864?from=search", VK),
        ("https://vk.com/videos-22822305?z=video-22822305_456241864%2Fclub22822305", VK),
        ("https://vk.com/feed?z=video-22822305_456241864%2Fa1", VK),
        ("https://vkvideo.ru/playlist/-22822305_1/video-22822305_456241864", VK),
        ("https://vkvideo.ru/@channel/video-22822305_456241864", VK),
        ("https://vk.com/clip-22822305_456241864", VK),
        ("https://vk.com/video_ext.php?oid=-22822305&id=456241864&hd=2", VK),
        ("https://vk.com/video_ext.php?oid=-22822305&id=456241864&hash=a1b2c3d4e5f6", VK_PRIVATE),
        ("https://vkvideo.ru/video_ext.php?oid=-22822305&id=456241864&hash=a1b2c3d4e5f6&hd=3", VK_PRIVATE),
    ],
)
def test_the_usual_links_of_three_hosts_are_known_by_their_players(address, embed):
    found = players.of(address)

    assert found is not None and found.embed == embed
    assert all(found.embed.startswith((f"{one}/", "https://vkvideo.ru/")) for one in found.origins[:1])


@pytest.mark.parametrize(
    "address",
    [
        "https://video.example.org/1", "https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "https://rutube.ru/",
        "https://www.youtube.com/watch", "https://www.youtube.com/watch?v=short", "https://www.youtube.com/@channel",
        "https://www.youtube.com/playlist?list=PL1", "https://youtu.be/", "https://evil.example/?u=https://youtu.be/dQw4w9WgXcQ",
        "https://rutube.ru/channel/1/", "https://rutube.ru/video/../../x/", f"https://rutube.ru/video/private/{HEX}/",
        "https://vk.com/club1", "https://vk.com/video", "https://vk.com/video_ext.php?oid=x&id=1",
        "https://vk.com/video-1_2_a1b2c3d4", "https://vkvideo.ru/video-1_2?list=ln-abcdef",
        "javascript:alert(1)//youtu.be/dQw4w9WgXcQ", "//youtu.be/dQw4w9WgXcQ", "", "https://[", f"https://user@evil.example/{ID}",
        "https://youtu.be/dQw4w9WgXc\"", "https://www.youtube.com/watch?v=dQw4w9WgXcQ" + "&a=1" * 100,
    ],
)  # fmt: skip
def test_everything_else_stays_a_link(address):
    assert players.of(address) is None


@pytest.mark.parametrize(
    ("address", "start"),
    [
        (f"https://youtu.be/{ID}?t=90", 90), (f"https://youtu.be/{ID}?t=1h2m3s", 3723),
        (f"https://www.youtube.com/watch?v={ID}#t=45s", 45), (f"https://www.youtube.com/embed/{ID}?start=7", 7),
        (f"https://rutube.ru/video/{HEX}/?t=330", 330), ("https://vk.com/video-1_2?t=5m30s", 330),
        (f"https://youtu.be/{ID}?t=soon", 0), (f"https://youtu.be/{ID}?t=-5", 0),
    ],
)  # fmt: skip
def test_a_link_may_name_the_second_to_begin_at(address, start):
    assert players.of(address).start == start


def test_a_page_at_the_host_is_opened_at_a_second_too():
    assert players.of(f"https://youtu.be/{ID}").page_at(330) == f"https://www.youtube.com/watch?v={ID}&t=330s"
    assert players.of(f"https://rutube.ru/video/private/{HEX}/?p=Ab").page_at(330) == (
        f"https://rutube.ru/video/private/{HEX}/?p=Ab&t=330"
    )
    assert players.of("https://vk.com/video-1_2").page_at(330) == "https://vkvideo.ru/video-1_2?t=330s"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ('<iframe width="720" src="https://rutube.ru/play/embed/1?p=a&amp;t=1" allow="x"></iframe>',
         "https://rutube.ru/play/embed/1?p=a&t=1"),
        ("<iframe src='//vk.com/video_ext.php?oid=1&id=2'>", "https://vk.com/video_ext.php?oid=1&id=2"),
        (" https://youtu.be/x ", "https://youtu.be/x"), ("<iframe>", "<iframe>"),
    ],
)  # fmt: skip
def test_an_embed_code_is_taken_for_its_address(typed, address):
    assert players.address_in(typed) == address


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_no_link(text):
    for address in (text, f"https://youtu.be/{text}", f"https://vk.com/{text}", f"https://rutube.ru/{text}"):
        found = players.of(address)
        assert found is None or not set(found.embed) & set("\"'<> \n")


# --- chapters ---------------------------------------------------------------------------------------------------------
def test_chapters_are_lines_with_their_times():
    assert chapters.read("0:00 Знакомство\n\n05:30 — О чём писать\n 1:04:00  Вопросы\n125:00 Конец") == [
        Chapter(0, "Знакомство"), Chapter(330, "О чём писать"), Chapter(3840, "Вопросы"), Chapter(7500, "Конец"),
    ]  # fmt: skip
    assert [chapters.clock(second) for second in (0, 330, 3840)] == ["0:00", "5:30", "1:04:00"]


@pytest.mark.parametrize(
    ("text", "number"),
    [("Знакомство", 1), ("0:00 А\n5:00 Б\n4:59 В", 3), ("0:00 А\n0:00 Б", 2), ("5:60 А", 1), ("5:30", 1),
     ("\n".join(f"{minute}:00 А" for minute in range(300)), 201)],
)  # fmt: skip
def test_a_line_that_is_no_chapter_is_named(text, number):
    with pytest.raises(NoChapter) as found:
        chapters.read(text)

    assert found.value.number == number


def test_the_plan_of_a_session_makes_the_chapters_of_its_recording():
    begin = datetime(2026, 12, 3, 12, tzinfo=UTC)
    plan = [(begin, "Знакомство"), (None, "Без времени"), (begin + timedelta(minutes=6), "О чём писать"),
            (begin - timedelta(minutes=5), "Проверка звука"), (begin + timedelta(minutes=6), "Сразу же")]  # fmt: skip

    assert chapters.planned(plan, begin) == [Chapter(0, "Знакомство"), Chapter(360, "О чём писать")]


# --- lengths ----------------------------------------------------------------------------------------------------------
def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def mp4(*, scale: int = 1000, length: int = 5_040_500, version: int = 0, tail: bytes = b"") -> bytes:
    times = struct.pack(">II", 0, 0) if version == 0 else struct.pack(">QQ", 0, 0)
    told = struct.pack(">II" if version == 0 else ">IQ", scale, length)
    head = box(b"mvhd", bytes([version, 0, 0, 0]) + times + told + bytes(80))
    return box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + box(b"free", bytes(9)) + box(b"moov", head) + tail


@pytest.mark.parametrize("content", [mp4(), mp4(version=1), mp4(tail=box(b"mdat", bytes(500)))])
def test_an_mp4_says_how_long_it_is(content):
    stream = io.BytesIO(content)

    assert (lengths.seconds(stream), stream.tell()) == (5041, 0)


@pytest.mark.parametrize(
    "content",
    [b"", b"ID3" + bytes(500), mp4()[:60], mp4(scale=0), mp4(length=0), mp4(length=10**9), box(b"moov", b""),
     struct.pack(">I4sQ", 1, b"ftyp", 3), struct.pack(">I4s", 1, b"moov"), box(b"free", b"") * 2000 + mp4()],
)  # fmt: skip
def test_a_file_that_does_not_say_how_long_it_is_has_no_length(content):
    assert lengths.seconds(io.BytesIO(content)) is None


@given(st.binary(max_size=300))
def test_no_file_is_too_strange_to_have_no_length(content):
    lengths.seconds(io.BytesIO(content))
    lengths.seconds(io.BytesIO(mp4()[: len(content)] + content))


# --- what was played --------------------------------------------------------------------------------------------------
SOME = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=12)


def tenths(stretches) -> set[int]:
    return {tenth for begin, end in stretches for tenth in range(begin, end)}


@given(SOME)
def test_the_union_is_what_was_played_once_or_more(stretches):
    joined = played.union(stretches)

    assert tenths(joined) == tenths(stretches)
    assert played.length(joined) == len(tenths(stretches))
    assert all(one[1] < other[0] for one, other in pairwise(joined))
    assert played.read(played.write(joined)) == joined


@given(SOME, SOME, st.integers(0, 30))
def test_nothing_is_believed_that_was_not_claimed_or_could_not_have_been_played(known, claimed, since):
    known, claimed = played.union(known), played.union(claimed)

    now_known = played.believed(known, claimed, since=since)

    assert tenths(known) <= tenths(now_known) <= tenths(known) | tenths(claimed)
    assert played.length(now_known) - played.length(known) <= since * played.SECOND * played.FASTEST
    assert played.believed(now_known, now_known, since=since) == now_known


@given(SOME, SOME)
def test_the_same_report_again_and_reports_in_another_order_change_nothing(one, other):
    one, other = played.union(one), played.union(other)
    day = 24 * 3600.0

    both = played.believed(played.believed([], one, since=day), other, since=day)

    assert both == played.believed(both, one, since=day) == played.believed(both, other, since=day)
    assert both == played.believed(played.believed([], other, since=day), one, since=day)


@given(SOME, st.integers(0, 60))
def test_a_share_is_never_more_than_what_was_played(stretches, seconds):
    stretches = played.union(stretches)

    share = played.percent(stretches, seconds)

    assert 0 <= share <= 100
    assert share * seconds * played.SECOND <= 100 * played.length(stretches)


def test_jumping_to_the_end_is_not_watching():
    jumped = played.read("0-50,35950-36000")

    assert played.percent(jumped, 3600) == 0
    assert played.percent(played.read("0-28800"), 3600) == played.WATCHED


@pytest.mark.parametrize("text", ["", "x", "5", "-5-3", "1e9-2", "٣-٤", "1-99999999", "7-3", ",,,", "<svg>-1"])
def test_what_is_no_stretch_is_left_out(text):
    assert played.read(text) == []


def test_a_report_of_very_many_pieces_costs_little_and_keeps_the_longest():
    many = ",".join(f"{at * 10}-{at * 10 + 1}" for at in range(5000))

    kept = played.believed([(90_000, 99_000)], played.read(many), since=10**6)

    assert len(kept) == played.MOST and kept[-1] == (90_000, 99_000)
