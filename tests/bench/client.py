"""One measurement in a process of its own: `python -m tests.bench.client WHAT PLACE...` prints its figures as JSON."""

from __future__ import annotations

import json
import sys

from tests.bench import audit, drain, latency, ours, peers
from tests.bench.place import Place

MEASUREMENTS = {
    "load": ours.load,
    "changes": ours.changes,
    "org_alone": peers.org_alone,
    "loop": peers.loop,
    "bulk2": peers.bulk2,
    "detection_by_hand": peers.detection_by_hand,
    "update_by_row": peers.update_by_row,
    "audit": audit.audit,
    "latency": latency.latency,
    "drain_by_one_worker": drain.by_one_worker,
    "drain_by_two_workers": drain.by_two_workers,
}

if __name__ == "__main__":
    what, *documents = sys.argv[1:]
    print(json.dumps(MEASUREMENTS[what](*map(Place.read, documents))))
