"""Exit codes and error codes of every command: the one list.

0  done, and nothing needs a person
1  done, but something needs a person: problems in the mappings, parked records, a sync that broke off
2  the command line itself is wrong
3  the org cannot be reached or does not let Plansync in
4  the configuration or the database cannot be used as it is
5  an audit found differences that are not under way
"""

from __future__ import annotations

from enum import IntEnum

from service.access.admins import AdminError
from service.access.certificates import UnfitCertificate
from service.access.view_as import Unanswerable
from service.crm.errors import LimitReached, Refused, Retryable, SignInNeeded, Unreachable
from service.errors import PlansyncError
from service.jobs.worker import QueueLost
from service.mapping.model import MappingErrors
from service.mirror.planting import HalfPlanted
from service.plans.keeping import Crowded
from service.plans.kept_clones import Unanswered
from service.plans.refusals import Changed as ChangedSince
from service.plans.refusals import Denied, Held, Invalid, Lost, Missing
from service.plans.template_files import BadTemplate
from service.store.database import DatabaseError
from service.store.lock import LockLost
from service.store.orgs import UnknownOrg
from service.store.sealing import SealingError
from service.sync.audit import NothingRead
from service.sync.decide import Changed, Undecidable
from service.sync.detect import Stale
from service.sync.load import Vanished
from service.sync.run import Busy, Paused
from service.sync.why import NoRecord
from service.wiring import ConnectionIncomplete


class Exit(IntEnum):
    """What a command says to the shell."""

    OK = 0
    ATTENTION = 1
    USAGE = 2
    NO_WAY_IN = 3
    SETUP = 4
    DIFFERENT = 5


FAULTS: tuple[tuple[type[PlansyncError], Exit, str], ...] = (
    (SignInNeeded, Exit.NO_WAY_IN, "sign_in_needed"),
    (Unreachable, Exit.NO_WAY_IN, "unreachable"),
    (Retryable, Exit.NO_WAY_IN, "no_answer"),
    (LimitReached, Exit.NO_WAY_IN, "limit_reached"),
    (Refused, Exit.ATTENTION, "refused"),
    (Busy, Exit.ATTENTION, "busy"),
    (Paused, Exit.ATTENTION, "paused"),
    (Stale, Exit.ATTENTION, "stale"),
    (LockLost, Exit.ATTENTION, "lock_lost"),
    (Vanished, Exit.ATTENTION, "vanished"),
    (NothingRead, Exit.ATTENTION, "nothing_read"),
    (NoRecord, Exit.USAGE, "no_record"),
    (Changed, Exit.ATTENTION, "changed"),
    (Undecidable, Exit.ATTENTION, "undecidable"),
    (UnfitCertificate, Exit.USAGE, "unfit_certificate"),
    (Unanswerable, Exit.ATTENTION, "unanswerable"),
    (AdminError, Exit.ATTENTION, "admin"),
    (BadTemplate, Exit.ATTENTION, "bad_template"),
    (Denied, Exit.ATTENTION, "denied"),
    (Invalid, Exit.ATTENTION, "invalid"),
    (Missing, Exit.USAGE, "missing"),
    (ChangedSince, Exit.ATTENTION, "changed_since"),
    (Held, Exit.ATTENTION, "held"),
    (HalfPlanted, Exit.ATTENTION, "half_made"),
    (Lost, Exit.NO_WAY_IN, "lost"),
    (Crowded, Exit.ATTENTION, "too_many_waiting"),
    (Unanswered, Exit.NO_WAY_IN, "unanswered"),
    (MappingErrors, Exit.SETUP, "mapping"),
    (ConnectionIncomplete, Exit.SETUP, "login_incomplete"),
    (UnknownOrg, Exit.SETUP, "unknown_org"),
    (SealingError, Exit.SETUP, "sealing"),
    (DatabaseError, Exit.SETUP, "database"),
    (QueueLost, Exit.SETUP, "queue_lost"),
)
"""Which error ends a command with which exit code, and its name in `{"error": {"code": ...}}`."""


def fault_of(error: PlansyncError) -> tuple[Exit, str]:
    """Return the exit code and the name of an error; one that is not listed only needs attention."""
    for kind, code, name in FAULTS:
        if isinstance(error, kind):
            return code, name
    return Exit.ATTENTION, "error"
