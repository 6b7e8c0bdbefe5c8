"""XML that strangers wrote, as elements that know their line; entities, DTDs and deep nesting are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

_DEEPEST = 50
_Name = tuple[str | None, str]


class XmlError(Exception):
    """Text that is no XML, or XML that this org does not take, and the line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Element:
    """One element; names carry their namespace in braces, text beside other elements does not count."""

    tag: str
    line: int = field(compare=False)
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""


def read_xml(content: bytes) -> Element:
    """Return the root element of a document."""
    builder = _Builder()
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    parser.setContentHandler(builder)
    try:
        parser.parse(BytesIO(content))
    except SAXParseException as error:
        raise XmlError(error.getMessage(), error.getLineNumber() or 1) from error
    except DefusedXmlException as error:
        raise XmlError(f"not allowed: {type(error).__name__}", builder.line) from error
    except (LookupError, SAXException, ValueError) as error:
        raise XmlError(str(error), builder.line) from error
    return builder.root


class _Builder(ContentHandler):
    """Put elements together from the parser's events."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", 1, {})
        self._open: list[Element] = []

    @property
    def line(self) -> int:
        """Return the line that the parser has reached."""
        return self._locator.getLineNumber() or 1  # type: ignore[attr-defined]

    def startElementNS(self, name: _Name, _qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802 - SAX
        if len(self._open) == _DEEPEST:
            raise SAXException(f"elements are nested more than {_DEEPEST} deep")
        element = Element(_full(name), self.line, {_full(key): value for key, value in attrs.items()})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def endElementNS(self, _name: _Name, _qname: str | None) -> None:  # noqa: N802 - SAX
        element = self._open.pop()
        if element.children:
            element.text = ""

    def characters(self, content: str) -> None:
        self._open[-1].text += content


def _full(name: _Name) -> str:
    space, local = name
    return f"{{{space}}}{local}" if space else local
