"""HTML as tests look at it: elements by name and attributes, and the text that a person reads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Element:
    """An element with what is in it: elements and texts."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it, each run of blanks as one."""
        return " ".join("".join(self._texts()).split())

    @property
    def text_as_written(self) -> str:
        """The text in it with its blanks and line ends."""
        return "".join(self._texts())

    def all(self, name: str | None = None, /, **attributes: str) -> list["Element"]:
        """Return the elements in it with this name and these attributes; write `class_` for class, ``_`` for ``-``."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self._elements()
            if name in (None, element.name)
            and all(
                value in element.attributes.get(key, "").split()
                if key == "class"
                else element.attributes.get(key) == value
                for key, value in wanted.items()
            )
        ]

    def one(self, name: str | None = None, /, **attributes: str) -> "Element":
        """Return the only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} elements {name} {attributes} in: {self.text[:2000]}"
        return found[0]

    def _elements(self) -> Iterator["Element"]:
        for item in self.content:
            if isinstance(item, Element):
                yield item
                yield from item._elements()

    def _texts(self) -> Iterator[str]:
        if self.name in ("script", "style"):
            return
        for item in self.content:
            if isinstance(item, str):
                yield item
            else:
                yield from item._texts()
                if item.name not in ("a", "b", "span", "time"):
                    yield " "


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs})
        self.open[-1].content.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].content.append(Element(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def parse_html(text: str) -> Element:
    """Parse a page whose elements are all closed, which it asserts."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].name}> is not closed"
    return builder.open[0]
