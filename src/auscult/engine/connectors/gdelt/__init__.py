"""Links to the world's news, as the GDELT Project finds them."""

from auscult.engine.connectors.gdelt.config import GdeltConfig
from auscult.engine.connectors.gdelt.connector import Gdelt

__all__ = ["Gdelt", "GdeltConfig"]
