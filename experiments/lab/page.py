"""A page: its question, what it asks, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .blocks import Block
from .form import Form, Values


@dataclass(frozen=True, slots=True)
class Page:
    """One task of the lab.

    Attributes
    ----------
    name : str
        In the address.
    title, question : str
    ask : callable
        Fills a form.
    show : callable
        From the form's values to blocks; raises PalcaError for what can't be used.
    limits : tuple of str
        What its numbers do not say.
    resets : mapping of str to tuple of str
        Choices that are forgotten when another is made.
    common : callable
        Choices that many make, worth computing before anyone asks.
    """

    name: str
    title: str
    question: str
    ask: Callable[[Form], None]
    show: Callable[[Values], list[Block]]
    limits: tuple[str, ...]
    resets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    common: Callable[[], Iterable[Mapping[str, str]]] = tuple
