"""Zip files in metadata format, put together by the tests."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

SPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def packed(files: dict[str, str]) -> bytes:
    """Return a zip of texts by path."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def manifest(**members: list[str]) -> str:
    """Return a package.xml with these members by type."""
    types = "".join(
        f"<types>{''.join(f'<members>{name}</members>' for name in names)}<name>{kind}</name></types>"
        for kind, names in members.items()
    )
    return f"<Package {SPACE}>{types}<version>68.0</version></Package>"


def fields(*xml: str) -> str:
    """Return the file of an object with nothing but fields."""
    return f"<CustomObject {SPACE}>{''.join(f'<fields>{each}</fields>' for each in xml)}</CustomObject>"


def text_field(name: str, length: int = 20, more: str = "") -> str:
    """Return the inside of a text field."""
    return f"<fullName>{name}</fullName><label>{name[:-3]}</label><type>Text</type><length>{length}</length>{more}"


PLAIN_OBJECT = (
    f"<CustomObject {SPACE}><label>Pier</label><pluralLabel>Piers</pluralLabel><sharingModel>ReadWrite</sharingModel>"
    "<deploymentStatus>Deployed</deploymentStatus><nameField><label>Name</label><type>Text</type></nameField>"
    f"<fields>{text_field('Side__c')}</fields></CustomObject>"
)
PIER = {"package.xml": manifest(CustomObject=["Pier__c"]), "objects/Pier__c.object": PLAIN_OBJECT}
