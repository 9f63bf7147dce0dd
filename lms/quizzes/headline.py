"""A question's text in two parts: what may stand in a heading or a legend, and the rest. Pure.

A heading holds words, not paragraphs, lists or tables; so the first paragraph goes in, and what follows it stands
below.
"""

import re

_FIRST_PARAGRAPH = re.compile(r"\s*<p>(?P<words>.*?)</p>(?P<rest>.*)", re.DOTALL)


def headline(html: str) -> tuple[str, str]:
    """(inner HTML of the first paragraph, HTML of the rest) of what ``markdown.to_html`` gave."""
    found = _FIRST_PARAGRAPH.fullmatch(html)
    return (found["words"], found["rest"].strip()) if found else ("", html)
