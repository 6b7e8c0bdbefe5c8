"""Metadata files as nodes that insist on being read whole: what nobody asked for is refused."""

from __future__ import annotations

from collections.abc import Iterator

from service.localorg.errors import InstallError, Origin
from service.localorg.schema.xml import Element, XmlError, read_xml

_NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_FLAGS = {"true": True, "false": False}


class Node:
    """One element; each child must be taken or ignored by name before `close`."""

    def __init__(self, origin: Origin, element: Element) -> None:
        self.origin = origin
        self.tag = element.tag.removeprefix(_NAMESPACE)
        self._element = element
        self._waiting: dict[str, list[Element]] = {}
        for child in element.children:
            if not child.tag.startswith(_NAMESPACE) or child.attributes:
                raise InstallError(origin, child.tag, "not an element of the Metadata API", child.line)
            self._waiting.setdefault(child.tag.removeprefix(_NAMESPACE), []).append(child)

    @property
    def line(self) -> int:
        """Return the line on which the element begins."""
        return self._element.line

    def error(self, reason: str, tag: str = "") -> InstallError:
        """Return the refusal of this element, or of one of its children."""
        lines = (child.line for child in self._element.children if child.tag == _NAMESPACE + tag)
        return InstallError(self.origin, tag or self.tag, reason, next(lines, self._element.line))

    def has(self, tag: str) -> bool:
        """Say whether a child is there that nobody has taken yet."""
        return tag in self._waiting

    def nodes(self, tag: str) -> list[Node]:
        """Take all children of a name."""
        return [Node(self.origin, child) for child in self._waiting.pop(tag, [])]

    def node(self, tag: str) -> Node:
        """Take the one child of a name."""
        found = self.nodes(tag)
        if len(found) != 1:
            raise self.error("required" if not found else "given more than once", tag)
        return found[0]

    def texts(self, tag: str) -> list[str]:
        """Take the texts of all children of a name."""
        return [self._text(child) for child in self._waiting.pop(tag, [])]

    def text(self, tag: str, limit: int | None = None) -> str | None:
        """Take the text of the one child of a name, or None without it."""
        found = self.texts(tag)
        if len(found) > 1:
            raise self.error("given more than once", tag)
        if not found:
            return None
        if limit is not None and len(found[0]) > limit:
            raise self.error(f"longer than {limit} characters", tag)
        return found[0]

    def need(self, tag: str, limit: int | None = None) -> str:
        """Take the text of a child that must be there and not be empty."""
        found = self.text(tag, limit)
        if not found:
            raise self.error("required", tag)
        return found

    def flag(self, tag: str) -> bool:
        """Take a boolean; false where it is missing."""
        found = self.text(tag) or "false"
        if found not in _FLAGS:
            raise self.error(f"'{found}' is not a boolean", tag)
        return _FLAGS[found]

    def number(self, tag: str, low: int, high: int) -> int:
        """Take a whole number that must be there and within limits."""
        found = self.need(tag)
        if not found.isdecimal() or not low <= int(found) <= high:
            raise self.error(f"'{found}' is not a whole number from {low} to {high}", tag)
        return int(found)

    def choice(self, tag: str, *values: str) -> str:
        """Take a text that must be one of the given values."""
        found = self.need(tag)
        if found not in values:
            raise self.error(f"'{found}' is not one of {', '.join(values)}", tag)
        return found

    def everything(self, tag: str) -> list[str]:
        """Return the texts of all elements of a name, however deep, without taking them."""
        return [element.text.strip() for element in _below(self._element) if element.tag == _NAMESPACE + tag]

    def ignore(self, *tags: str) -> None:
        """Take children that are understood and change nothing in this org."""
        for tag in tags:
            self._waiting.pop(tag, None)

    def close(self) -> None:
        """Refuse the children that nobody took."""
        for tag in self._waiting:
            raise self.error(f"not understood in <{self.tag}>", tag)

    def _text(self, child: Element) -> str:
        if child.children:
            raise self.error("a text is expected, not elements", child.tag.removeprefix(_NAMESPACE))
        return child.text.strip()


def _below(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from _below(child)


def parse(origin: Origin, content: bytes, root: str) -> Element:
    """Read a metadata file whose root element must have the given name."""
    try:
        element = read_xml(content)
    except XmlError as error:
        raise InstallError(origin, root, f"not well-formed: {error}", error.line) from error
    if element.tag != _NAMESPACE + root:
        raise InstallError(origin, root, f"the root element is {element.tag}", element.line)
    return element
