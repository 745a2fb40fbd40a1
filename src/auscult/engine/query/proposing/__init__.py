"""Standing queries for an organisation, from its name and its town."""

from auscult.engine.query.proposing.names import Name, read_name
from auscult.engine.query.proposing.queries import Proposed, propose

__all__ = ["Name", "Proposed", "propose", "read_name"]
