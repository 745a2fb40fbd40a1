"""The weekly brief: what happened, what is new, what needs you."""
