"""Reading again the records that a run set aside, with the settings of today: what can be read now is added.

Only what is kept as it was can be read again record by record: files of the lake. Elsewhere a record has no place that
stays the same, and the source is collected again.
"""

from dataclasses import replace
from typing import Any

from apps.collection.connectors.base import Connector, Part, Window
from apps.collection.exceptions import NotReplayable
from apps.collection.models import Run
from apps.collection.planning import Plan, make_plan
from apps.collection.sealing import unseal

# Of how a file is written, what may be said otherwise without making other records of its lines.
HARMLESS = ("encoding", "columns")


def is_replayable(run: Run) -> bool:
    """Whether what this run read is still there, and some of it was set aside."""
    parts = run.plan.get("parts", ())
    is_kept = all(each.get("details", {}).get("digest") for each in parts)
    return bool(run.rows_rejected and parts) and is_kept and not run.segments_deleted_at


def plan_replay(*, run: Run, connector: Connector[Any]) -> Plan:
    """The plan of a run that replays another: the same files as they would be read today, and which records of them.

    Raises NotReplayable if they are no longer the same.
    """
    replayed = run.replays
    if replayed is None or not is_replayable(replayed):
        raise NotReplayable
    before = Plan.from_json(replayed.plan)
    source = run.source
    plan = make_plan(
        connector=connector,
        config=source.config,
        secrets=unseal(source.secrets),
        asked=before.asked,
        window=Window(),
    )
    only: dict[str, list[int]] = {}
    for part, row in replayed.rejections.order_by("part", "row").values_list("part", "row"):
        only.setdefault(part, []).append(row)
    same = {part.key: _cut(part) for part in before.parts}
    parts = tuple(part for part in plan.parts if part.key in only)
    if {part.key for part in parts} != set(only) or any(_cut(part) != same[part.key] for part in parts):
        raise NotReplayable
    return replace(plan, parts=parts, only=only, bookmark=None)


def _cut(part: Part) -> dict[str, Any]:
    """All that numbers the records of a part: with other quotes or another header, a number is another record."""
    layout = {name: value for name, value in part.details.get("layout", {}).items() if name not in HARMLESS}
    return {**part.details, "layout": layout}
