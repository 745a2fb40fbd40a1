"""Figures by day, charts, saved dashboards."""
