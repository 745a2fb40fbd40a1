"""Returns: what it cost, what it brought, against what else."""
