"""A simulated town whose truth is known: see `town.Town`."""
