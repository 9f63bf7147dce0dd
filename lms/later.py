"""Libraries that most processes never use, loaded at their first use: they would slow every start and take memory."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class later:
    """``docx = later("docx")`` stands for the module; what is asked of it loads it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
