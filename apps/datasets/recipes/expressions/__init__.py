"""What people write to compute a value or to say a condition: a small part of SQL, which means the same on each engine.

    case when age >= 18 then 'adult' else 'minor' end
    seen_on - born_on > 365 and lower(town) in ('grenoble', 'voiron')

`parsing` reads the text as a tree of known nodes and nothing else; `binding` gives it its meaning over columns, as an
Ibis expression. What people write is never put in a query: it becomes operations and literals.
"""

from apps.datasets.recipes.expressions.binding import bind, columns_of
from apps.datasets.recipes.expressions.columns import kind_over, values_of
from apps.datasets.recipes.expressions.parsing import FUNCTIONS, ExpressionRefused, Written
from apps.datasets.recipes.expressions.values import Kind, kind_of, written

__all__ = [
    "FUNCTIONS",
    "ExpressionRefused",
    "Kind",
    "Written",
    "bind",
    "columns_of",
    "kind_of",
    "kind_over",
    "values_of",
    "written",
]
