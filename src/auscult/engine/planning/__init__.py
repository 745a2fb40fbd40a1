"""Plans: periods, attainment, forecasts, allocation and tests of claims; no Django in it."""
