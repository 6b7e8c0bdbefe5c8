"""What an audit costs, and whether it finds what was planted and nothing else."""

from __future__ import annotations

from typing import Any

from service.sync.audit import audit as compare
from tests.bench.meter import Nap, metered, peak_mb
from tests.bench.place import Place
from tests.bench.sides import LARGE, cycle, open_sync, small_takes_the_same_road


def audit(place: Place) -> dict[str, Any]:
    """Measure an audit of everything after records were changed, lost and added in the CRM behind the sync's back."""
    nap = Nap()
    sync = open_sync(place, nap)
    place.pass_time(seconds=120)
    cycle(place, sync)
    planted = place.plant(sync.mappings[LARGE].sobject, place.size.planted)
    before = peak_mb()
    with small_takes_the_same_road(place), metered(place) as cost:
        made = compare(sync, now=place.now())
    wanted = {(kind, crm_id) for kind, ids in planted.items() for crm_id in ids}
    found = {(finding.kind.value, finding.crm_id) for finding in made.found}
    cost.rows, cost.waited = sum(tally.theirs for tally in made.objects.values()), nap.slept
    return cost.figures(
        planted=len(wanted),
        found=len(found & wanted),
        false=made.differences - len(found & wanted),
        waiting=len(made.waiting),
        counted_here=made.api_calls,
        peak_before_mb=before,
    )
