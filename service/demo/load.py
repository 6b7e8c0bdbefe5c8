"""Fill the org as its users would have: the team first, then every draft by the user it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.demo.definitions import Definitions
from service.demo.drafts import SOBJECTS, Draft
from service.localorg.org import INTEGRATION, LocalOrg

CSM_SETS = ("CSC_Customer_Success", "Plansync_Standard_Objects")
PARTICIPANT_SETS = ("CSC_Participant_User",)
INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")


def load(org: LocalOrg, definitions: Definitions, drafts: Iterable[Draft]) -> dict[str, str]:
    """Add the team and every draft; return the CRM's id of each by its key."""
    for permission_set in INTEGRATION_SETS:
        org.assign(org.user_id(INTEGRATION), permission_set)
    ids = _add_team(org, definitions)
    for (sobject, by), batch in _batches(drafts).items():
        actor = org.actor(ids[by]) if by else org.admin()
        added = org.insert_many(actor, sobject, (_row(draft, ids) for draft in batch))
        ids |= {draft.key: record_id for draft, record_id in zip(batch, added, strict=True)}
    return ids


def _add_team(org: LocalOrg, definitions: Definitions) -> dict[str, str]:
    people = (definitions.lead, *definitions.team)
    ids = {m.username: org.add_user(m.username, name=m.name, permission_sets=CSM_SETS) for m in people}
    for member in definitions.team:
        values = {"ManagerId": ids[definitions.lead.username]}
        org.writer.update(org.admin(), "User", ids[member.username], values)
    for member, sets in ((definitions.participant, PARTICIPANT_SETS), (definitions.outsider, ())):
        ids[member.username] = org.add_user(member.username, name=member.name, permission_sets=sets)
    return ids


def _batches(drafts: Iterable[Draft]) -> dict[tuple[str, str | None], list[Draft]]:
    """Group the drafts by object and user, parents first."""
    batches: dict[tuple[str, str | None], list[Draft]] = {}
    for draft in sorted(drafts, key=lambda draft: SOBJECTS.index(draft.sobject)):
        batches.setdefault((draft.sobject, draft.by), []).append(draft)
    return batches


def _row(draft: Draft, ids: Mapping[str, str]) -> dict[str, Any]:
    return {**draft.values, **{lookup: ids[key] for lookup, key in draft.points.items()}}
