"""The zip of a deploy: what is read and what is refused before anything is looked at."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from service.localorg.deploy import archive
from service.localorg.deploy.archive import open_archive
from service.localorg.errors import Refusal
from tests.localorg.deploy.packing import packed


def test_the_files_are_read_by_their_paths() -> None:
    assert open_archive(packed({"package.xml": "a", "objects/X.object": "b"})) == {
        "package.xml": b"a",
        "objects/X.object": b"b",
    }


def _twice() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as zipped, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipped.writestr("package.xml", "a")
        zipped.writestr("package.xml", "b")
    return content.getvalue()


def _bomb() -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as zipped, zipped.open("bomb", "w", force_zip64=True) as file:
        for _ in range(101):
            file.write(bytes(1024 * 1024))
    return content.getvalue()


def _declaring(size: int) -> Callable[[], bytes]:
    """Return how to make a zip whose directory says of a file of 100 bytes that it has another size."""
    wrong = size.to_bytes(4, "little")
    return lambda: packed({"package.xml": "x" * 100}).replace((100).to_bytes(4, "little"), wrong)


def _broken() -> bytes:
    content = bytearray(packed({"package.xml": "some text that is long enough"}))
    content[45] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"not a zip", "cannot be used"),
        (lambda: packed({"../package.xml": ""}), "path outside the package"),
        (lambda: packed({"/etc/passwd": ""}), "path outside the package"),
        (lambda: packed({"objects/./X.object": ""}), "path outside the package"),
        (lambda: packed({"objects\\X.object": ""}), "path outside the package"),
        (lambda: packed({"C:package.xml": ""}), "path outside the package"),
        (_twice, "the same path is there twice"),
        (_bomb, "Maximum size of unzipped files"),
        (_declaring(10), "cannot be used"),
        (_declaring(120), "not as large as declared"),
        (_broken, "cannot be used"),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused(make: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        open_archive(make())


@pytest.mark.parametrize(("limit", "reason"), [("MOST_ZIPPED", "39 MB"), ("MOST_FILES", "Maximum number of files")])
def test_a_zip_past_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, reason: str) -> None:
    monkeypatch.setattr(archive, limit, 1)
    with pytest.raises(Refusal, match=reason) as refused:
        open_archive(packed({"a": "", "b": ""}))
    assert refused.value.code == "LIMIT_EXCEEDED"
