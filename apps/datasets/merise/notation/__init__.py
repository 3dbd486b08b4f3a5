"""Mocodo's text notation of conceptual models, in which many courses and tools exchange them.

    CLIENT: num. client, nom [VARCHAR(40) NOT NULL], 1_courriel
    PASSER, 0N CLIENT, 11 COMMANDE: canal
    COMMANDE: num. commande, date [DATE]

A model read and written again is the same, but for what the notation cannot say (units, domains, personal data,
descriptions of boxes) and for what a model does not keep (the layout, arrows, comments, hidden cardinalities).
"""

from apps.datasets.merise.notation.reader import read
from apps.datasets.merise.notation.writer import write

__all__ = ["read", "write"]
