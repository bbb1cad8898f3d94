"""A reader of HTML that takes nothing but what JupyterLab leaves in a notebook it does not trust."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = {
    "div": {"class"},
    "p": set(),
    "br": set(),
    "strong": set(),
    "span": {"style"},
    "code": set(),
    "pre": set(),
    "table": set(),
    "caption": {"style"},
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": {"scope", "style"},
    "td": {"colspan", "style"},
    "details": set(),
    "summary": set(),
    "progress": {"max", "value"},
    "img": {"alt", "width", "height", "src"},
}
EMPTY = {"br", "img"}
VALUES = {
    "class": r"tex2jax_ignore mathjax_ignore",
    "style": r"text-align:left;vertical-align:top|color:#[0-9a-f]{6}",
    "scope": r"col|row",
    "src": r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]*={0,2}",
    "colspan": r"[0-9]+",
    "max": r"[0-9]+",
    "value": r"[0-9]+",
    "width": r"[0-9]+",
    "height": r"[0-9]+",
    "alt": r".*",
}


class Page(HTMLParser):
    """The text and the elements of a part of a page; whatever may not stand there is an error."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in TAGS[tag], (tag, name)
            assert re.fullmatch(VALUES[name], value or "", flags=re.DOTALL), (name, value)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "br":
            self.text += "\n"
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag in ("tr", "p", "caption", "summary", "td", "th"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment

    def all(self, tag: str) -> list[dict[str, str]]:
        """Give the attributes of each element of a tag."""
        return [attributes for name, attributes in self.elements if name == tag]
