"""What a build made, measured by the rules of its recipes and set beside the version before: ready to be judged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from apps.core import lake
from apps.datasets.enums import RejectReason
from apps.datasets.judging import Judged, Tally
from apps.datasets.models import Build, BuildOutput, VersionTable
from apps.datasets.recipes.document import Recipe
from apps.datasets.snapshots import Snapshot


def examine(
    *,
    build: Build,
    snapshots: Sequence[Snapshot],
    recipes: Mapping[str, Recipe],
    should_stop: Callable[[], bool],
) -> tuple[list[Judged], str]:
    """Each entity as its gate judges it, and the statements that measured it. Raises CleaningCancelled."""
    from apps.datasets import engine

    schema, current = build.pinned_schema, build.dataset.current_version
    before = {table.entity: table for table in current.tables.select_related("version")} if current else {}
    with ExitStack() as stack:
        measured, sql = engine.measure(
            [
                engine.Measuring(
                    schema=schema.entity(each.entity),
                    rules=recipes[each.entity].rules,
                    rows=stack.enter_context(lake.reading(each.rows.name)),
                    before=_opened(stack, before.get(each.entity)),
                    schema_before=before[each.entity].schema if each.entity in before else None,
                )
                for each in snapshots
            ],
            should_stop=should_stop,
        )
    outputs = {output.entity: output for output in build.outputs.all()}
    return [
        Judged(
            schema=schema.entity(each.entity),
            tally=tally_of(outputs[each.entity]),
            rows_before=before[each.entity].rows if each.entity in before else None,
            may_be_empty=any(one.received for one in recipes[each.entity].inputs),
            rules=recipes[each.entity].rules,
            found=measured[each.entity].found,
            found_before=measured[each.entity].found_before,
        )
        for each in snapshots
    ], sql


def tally_of(output: BuildOutput) -> Tally:
    """What came of the rows of an entity."""
    broken = [each for each in output.reasons if each["code"] == RejectReason.RULE_BROKEN]
    return Tally(
        kept=output.rows_kept,
        carried=(output.update or {}).get("kept", 0),
        rejected=output.rows_rejected,
        reasons=_counted(output.reasons, by="code"),
        broken=_counted(broken, by="column"),
    )


def _counted(reasons: Iterable[Mapping[str, Any]], *, by: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in reasons:
        counts[each[by]] = counts.get(each[by], 0) + each["count"]
    return counts


def _opened(stack: ExitStack, table: VersionTable | None) -> Path | None:
    """The rows of the version before; None if there is none, or if its file is gone: nothing is compared then."""
    if table is None:
        return None
    try:
        return stack.enter_context(lake.reading(table.snapshot))
    except FileNotFoundError:
        return None
