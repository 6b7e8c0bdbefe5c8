"""SOAP: one operation in an envelope, one result or a fault in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.messages import Answer
from service.localorg.schema.xml import Element, XmlError, read_xml

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sf="{space}" xmlns="{space}">'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
_HEADERS = {"Content-Type": "text/xml;charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What an envelope asks for: the operation with its arguments, and the session that asks."""

    element: Element
    session: str | None

    @property
    def name(self) -> str:
        """Return the operation's name without its namespace."""
        return local(self.element)

    def text(self, *path: str) -> str | None:
        """Return the text of an argument, or of an element within it."""
        at: Element | None = self.element
        for name in path:
            at = child(at, name) if at else None
        return at.text.strip() if at else None


def read_envelope(request: Request) -> Operation:
    """Return the operation that a request's envelope holds."""
    try:
        envelope = read_xml(request.get_data())
    except XmlError as error:
        raise Refusal("UNKNOWN_EXCEPTION", f"not well-formed: {error}", status=500) from None
    header, body = child(envelope, "Header"), child(envelope, "Body")
    if envelope.tag != f"{_SOAP}Envelope" or body is None or len(body.children) != 1:
        raise Refusal("UNKNOWN_EXCEPTION", "a SOAP envelope with one operation is expected", status=500)
    session = child(header, "SessionHeader") if header else None
    token = child(session, "sessionId") if session else None
    return Operation(body.children[0], token.text.strip() if token else None)


def result(space: str, operation: str, value: Mapping[str, Any] | list[Any]) -> Answer:
    """Return the envelope of a result; None is left out, a list repeats its element."""
    body = f"<{operation}Response>{_element('result', value)}</{operation}Response>"
    return Answer(stream=[_ENVELOPE.format(space=space, body=body).encode()], headers=_HEADERS)


def fault(space: str, refusal: Refusal) -> Answer:
    """Return the envelope of a fault, which SOAP sends with status 500."""
    code, message = refusal.code, escape(refusal.message)
    body = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>"
        f"<sf:fault><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage>"
        "</sf:fault></detail></soapenv:Fault>"
    )
    return Answer(status=500, stream=[_ENVELOPE.format(space=space, body=body).encode()], headers=_HEADERS)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a name, whatever its namespace."""
    return next((each for each in element.children if local(each) == name), None)


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(tag, each) for tag, each in value.items())
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _element(tag: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(tag, each) for each in value)
    return "" if value is None else f"<{tag}>{_written(value)}</{tag}>"
