"""Progress on standard error, where somebody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from service.cli.output import screen
from service.sync.load import Progress as Told


@contextmanager
def bars(what: str) -> Iterator[Told]:
    """Show one bar for each object that is read whole."""
    console = screen(errors=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        shown.add_task(what, total=None)
        known: dict[str, int] = {}

        def tell(noun: str, done: int, total: int) -> None:
            if noun not in known:
                known[noun] = int(shown.add_task(noun.replace("_", " ")))
            shown.update(shown.task_ids[known[noun]], completed=done, total=total)

        yield tell


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what takes a while."""
    console = screen(errors=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        shown.add_task(what, total=None)
        yield
