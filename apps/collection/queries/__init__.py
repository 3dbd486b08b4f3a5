"""Query sheets: what a query selects, filters and joins and why, how its system carries it out, and how long it takes.

    sheet = QuerySheet.of("SELECT …", dialect="postgres")       # what the text says, the reasons to be filled in
    sheet = replace(sheet, plan=…, timings=…)                   # what the system says: see the connector that reads it

Nothing here is connected to anything: connectors bring the plans and the timings.
"""

from apps.collection.queries.describing import describe_query, is_one_select
from apps.collection.queries.measuring import Timing, measure
from apps.collection.queries.plans import Plan, PlanTold, Step, read_plan
from apps.collection.queries.sheets import Clause, ClauseKind, Optimisation, QuerySheet

__all__ = [
    "Clause",
    "ClauseKind",
    "Optimisation",
    "Plan",
    "PlanTold",
    "QuerySheet",
    "Step",
    "Timing",
    "describe_query",
    "is_one_select",
    "measure",
    "read_plan",
]
