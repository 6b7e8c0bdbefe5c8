"""CSV as the Bulk API writes and reads it."""

from __future__ import annotations

import csv
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from service.localorg.errors import Refusal

DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


_IN_MEMORY = 1 << 20


class BatchError(Exception):
    """A file that cannot be loaded any further; the message is the job's."""


class Upload:
    """A file that a client sent, kept on disk for as long as its job."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as the upload
        weakref.finalize(self, self.file.close)
        copyfileobj(stream, self.file)


@dataclass(frozen=True, slots=True)
class Format:
    """How the columns and lines of a job's files are set apart, by Salesforce's names."""

    delimiter: str = "COMMA"
    line_ending: str = "LF"

    def lines(self, rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
        """Write each row as one line with all its values quoted, as Salesforce does."""
        delimiter, end = DELIMITERS[self.delimiter], LINE_ENDINGS[self.line_ending]
        for row in rows:
            cells = ('"' + cell.replace('"', '""') + '"' for cell in row)
            yield (delimiter.join(cells) + end).encode()

    def header(self, upload: Upload) -> bytes:
        """Return the first line of an upload as it stands there, without its end."""
        upload.file.seek(0)
        line = upload.file.readline().removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            raise BatchError("InvalidBatch : Failed to parse CSV header: the file is empty")
        if line.endswith(b"\n") and line.endswith(b"\r\n") != (self.line_ending == "CRLF"):
            raise BatchError(
                "ClientInputError : LineEnding is invalid on user data."
                f" Current LineEnding setting is {self.line_ending}"
            )
        return line.rstrip(b"\r\n")

    def read(self, upload: Upload) -> Iterator[list[str]]:
        """Yield the rows of an upload, its header first; blank lines are no rows."""
        upload.file.seek(0)
        text = TextIOWrapper(upload.file, encoding="utf-8-sig", newline="")
        try:
            yield from (row for row in csv.reader(text, delimiter=DELIMITERS[self.delimiter], strict=True) if row)
        except (csv.Error, UnicodeDecodeError) as error:
            raise BatchError(f"InvalidBatch : Failed to parse CSV: {error}") from None
        finally:
            text.detach()


def read_format(asked: Mapping[str, Any]) -> Format:
    """Return the format that a new job asks for."""
    wanted = Format(asked.get("columnDelimiter", "COMMA"), asked.get("lineEnding", "LF"))
    if wanted.delimiter not in DELIMITERS or wanted.line_ending not in LINE_ENDINGS:
        message = f"Unknown columnDelimiter or lineEnding: {wanted.delimiter}, {wanted.line_ending}"
        raise Refusal("INVALIDINPUT", message)
    return wanted
