"""Addresses are written one way, and what is none is said to be none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.addresses import parse_email


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ivanova@Example.ORG", "ivanova@example.org"),
        ("  ivanova@example.org\n", "ivanova@example.org"),
        ("mailto:ivanova@example.org", "ivanova@example.org"),
        ("ivan\u200bova@example.org", "ivanova@example.org"),
        ("i.v+нет@example.org".replace("нет", "x"), "i.v+x@example.org"),
        ("ivanova@пример.рф", "ivanova@xn--e1afmkfd.xn--p1ai"),
        ("o'neil@example.org", "o'neil@example.org"),
    ],
)
def test_an_address_is_written_one_way(typed, address):
    assert parse_email(typed) == address
    assert parse_email(address) == address


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write the address"),
        ("ivanova.example.org", "no @"),
        ("a@b@example.org", "more than one @"),
        ("ivan ova@example.org", "space"),
        ("ivanova@example.org\r\nBcc:x", "space"),
        ("ivanova\u202e@example.org", "space"),
        ("иванова@example.org", "Latin letters only"),
        ("ivanova@exаmple.org", "Russian letters stand among Latin"),
        ("ivanova@example", "something is missing"),
        ("ivanova@.org", "something is missing"),
        ("iva..nova@example.org", "no such address"),
        (f"{'a' * 65}@example.org", "no such address"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.org", "no such address"),
    ],
)
def test_what_is_no_address_is_told_why(app, typed, said):
    with pytest.raises(ValueError) as refused, app.test_request_context(headers={"Accept-Language": "en"}):
        parse_email(typed)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text):
    try:
        address = parse_email(text)
    except ValueError:
        return
    assert address == address.lower() and address.isascii() and address.count("@") == 1 and len(address) <= 254
