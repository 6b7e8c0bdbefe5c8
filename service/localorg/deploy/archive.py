"""The zip file of a deploy, opened with suspicion."""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from service.localorg.errors import Refusal

MOST_ZIPPED = 39 * 1024 * 1024
MOST_UNZIPPED = 100 * 1024 * 1024
MOST_FILES = 10_000


def open_archive(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip by path, or refuse one that is broken, too large or reaches outside itself."""
    if len(content) > MOST_ZIPPED:
        raise Refusal("LIMIT_EXCEEDED", "Maximum size of request reached. Maximum size of request is 39 MB.")
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(members)
            return {member.filename: _read(archive, member) for member in members}
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as error:
        raise _unusable(str(error)) from error


def _check(members: list[ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise Refusal("LIMIT_EXCEEDED", "Maximum number of files exceeded. Maximum number of files is 10,000.")
    if sum(member.file_size for member in members) > MOST_UNZIPPED:
        raise Refusal("LIMIT_EXCEEDED", "Maximum size of unzipped files reached.")
    names = {member.filename for member in members}
    if len(names) < len(members):
        raise _unusable("the same path is there twice")
    for name in names:
        if name.startswith("/") or "\\" in name or ":" in name or {"..", "."} & set(name.split("/")):
            raise _unusable(f"path outside the package: {name}")


def _read(archive: ZipFile, member: ZipInfo) -> bytes:
    """Read as much as the directory of the zip declares; what has more is no honest file."""
    with archive.open(member) as file:
        content = file.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise _unusable(f"{member.filename} is not as large as declared")
    return content


def _unusable(reason: str) -> Refusal:
    return Refusal("INVALID_OPERATION", f"The zip file cannot be used: {reason}")
