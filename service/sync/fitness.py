"""Fitness: when an org's schema changes under a sync, what no longer fits is left out until it does again.

Nothing is lost meanwhile: our values stay, and what is left out says why. A field that comes back may come back
empty (it was deleted and made anew), so what was agreed about it is forgotten: both sides meet anew.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from service.crm.errors import Refused
from service.crm.requests import describe
from service.mapping.check import misfits
from service.mapping.described import DescribedSchema, described_from_describe
from service.mapping.narrow import without
from service.mirror import links
from service.store import unfit
from service.sync import load
from service.sync.context import Sync
from service.sync.journal import Journal
from service.sync.park import retry_now


def fitted(sync: Sync, connection: Connection) -> Sync:
    """Return a sync without the fields and objects that the org does not offer now."""
    parts = frozenset((one.object, one.field) for one in unfit.read(connection))
    return replace(sync, mappings=without(sync.mappings, parts))


def described(sync: Sync) -> DescribedSchema:
    """Ask how the org describes the mapped objects; one that the user may not see is not there for us."""
    answers = sync.client.composite([describe(mapping.sobject) for mapping in sync.mappings])
    return described_from_describe(answer for answer in answers if not isinstance(answer, Refused))


def adapt(sync: Sync, journal: Journal, *, progress: load.Progress = load.quiet) -> Sync:
    """Find out what fits now and return the sync without what does not; `sync` has the whole mappings.

    Objects that gained something are read whole. What was refused is tried again: a right or a rule may have changed
    with the rest. Written down last: broken off, it begins anew.
    """
    reasons = {(one.noun, one.column): one.reason for one in misfits(sync.mappings, described(sync))}
    fit = replace(sync, mappings=without(sync.mappings, frozenset(reasons)))
    with sync.transaction() as connection:
        back = {(one.object, one.field) for one in unfit.read(connection)} - reasons.keys()
        for noun, column in back:
            links.forget_agreed(connection, noun, column)
        retry_now(connection, now=journal.now)
    gained = {noun for noun, _ in back}
    load.load(fit, journal, progress=progress, mappings=[m for m in fit.mappings if m.name in gained])
    with sync.transaction() as connection:
        unfit.replace(connection, sync.org_id, reasons, now=journal.now)
    journal.counts.update({"schema changed": 1, **({"left out": len(reasons)} if reasons else {})})
    return fit
