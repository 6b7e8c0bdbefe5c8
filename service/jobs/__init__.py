"""The work done by the clock: when each job is due, what it does, and the processes that do it."""
