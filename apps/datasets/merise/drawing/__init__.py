"""Diagrams of conceptual models and of tables, as SVG, each with the sentences that say the same.

The conceptual one is drawn by mocodo; tables are drawn here.
"""

from apps.datasets.merise.drawing.conceptual import draw_mcd
from apps.datasets.merise.drawing.diagram import Diagram
from apps.datasets.merise.drawing.tables import draw_mld, draw_mpd
from apps.datasets.merise.drawing.words import describe_mcd, describe_mld

__all__ = ["Diagram", "describe_mcd", "describe_mld", "draw_mcd", "draw_mld", "draw_mpd"]
