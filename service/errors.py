"""The root of our errors."""


class PlansyncError(Exception):
    """Anything Plansync reports to a person: one sentence that names the fault and the way out."""
