"""SQLite for Auscult: new enough for a full-text index that forgets, and safe to share."""
