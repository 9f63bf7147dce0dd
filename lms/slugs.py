"""Words for addresses: Latin letters, figures and hyphens made of a Russian or English title. Pure."""

import re

_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(title: str, *, longest: int = 60) -> str:
    """«Школа ресурсных центров — 2026» as ``shkola-resursnyh-tsentrov-2026``; empty when no letter can be kept."""
    latin = "".join(_LATIN.get(letter, letter) for letter in title.lower())
    return _OTHER.sub("-", latin)[: longest + 1].strip("-")[:longest].strip("-")
