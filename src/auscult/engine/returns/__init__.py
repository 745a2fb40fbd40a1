"""What it cost, what it brought, against what else: figures, experiments and the mix of channels."""
