"""Rules that watch the mentions, alerts, and how people are told."""
