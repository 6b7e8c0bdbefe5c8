"""What an org will have once our package is installed, read from its source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, parse

from service.mapping.described import HTML, DescribedField, DescribedObject, DescribedSchema
from service.mapping.drafts import resolve
from service.mapping.standard_fields import EVERYWHERE, OWNER, STANDARD

_SPACE = "{http://soap.sforce.com/2006/04/metadata}"
_TYPES = {
    "AutoNumber": "string",
    "Checkbox": "boolean",
    "Html": HTML,
    "LongTextArea": "textarea",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Text": "string",
}
"""The types that a describe calls otherwise; the rest only lose their capitals."""


def described_from_package(folder: Path, *, namespace: str | None = None) -> DescribedSchema:
    """Return the objects of a source folder (`sfdx/`) beside the standard ones that a mapping may meet."""
    objects = {path.name: path for path in folder.rglob("objects/*") if path.is_dir()}
    names = sorted({*objects, *STANDARD})
    return {resolve(name, namespace): _object(name, objects.get(name), namespace) for name in names}


def _object(name: str, folder: Path | None, namespace: str | None) -> DescribedObject:
    fields = [*EVERYWHERE, *STANDARD.get(name, ())]
    if folder is not None:
        fields += _package_fields(folder, namespace)
    return DescribedObject(name=resolve(name, namespace), fields={field.name: field for field in fields})


def _package_fields(folder: Path, namespace: str | None) -> Iterator[DescribedField]:
    roots = [parse(path).getroot() for path in sorted(folder.glob("fields/*.field-meta.xml"))]  # noqa: S314 - our own
    yield from (_field(root, namespace) for root in roots)
    for path in folder.glob("*.object-meta.xml"):
        name_field = parse(path).getroot().find(f"{_SPACE}nameField")  # noqa: S314 - our own
        if name_field is not None:
            is_text = _text(name_field, "type") == "Text"
            yield DescribedField(name="Name", type="string", length=80, createable=is_text, updateable=is_text)
            if all(_text(root, "type") != "MasterDetail" for root in roots):
                yield OWNER


def _field(root: Element, namespace: str | None) -> DescribedField:
    source_type = _text(root, "type")
    is_master = source_type == "MasterDetail"
    is_formula = root.find(f"{_SPACE}formula") is not None
    writable = not is_formula and source_type not in {"AutoNumber", "Summary"}
    return DescribedField(
        name=resolve(_text(root, "fullName"), namespace),
        type=_TYPES.get(source_type, source_type.lower()),
        length=int(_text(root, "length") or _LENGTHS.get(source_type, 0)),
        scale=int(_text(root, "scale") or 0),
        createable=writable,
        updateable=writable and (not is_master or _is_true(root, "reparentableMasterDetail")),
        filterable=source_type not in {"Html", "LongTextArea"},
        external_id=_is_true(root, "externalId"),
        unique=_is_true(root, "unique"),
        required=writable and (is_master or (_is_true(root, "required") and not _text(root, "defaultValue"))),
        calculated=is_formula,
        reference_to=tuple(resolve(element.text or "", namespace) for element in root.findall(f"{_SPACE}referenceTo")),
    )


_LENGTHS = {"Email": 80, "Phone": 40, "TextArea": 255, "Url": 255}


def _text(root: Element, tag: str) -> str:
    return root.findtext(f"{_SPACE}{tag}", default="").strip()


def _is_true(root: Element, tag: str) -> bool:
    return _text(root, tag) == "true"
