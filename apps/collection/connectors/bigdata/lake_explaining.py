"""What is read of a folder of Parquet files, counted from their paths and the ends of the files alone."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.connectors.bigdata.explaining import Explanation
from apps.collection.connectors.bigdata.lake import Lake
from apps.collection.connectors.bigdata.lake_reading import Groups, row_groups_of

_FILES = re.compile(r"^Scan (\d+) of (\d+) files$", re.MULTILINE)
_GROUPS = re.compile(r"^Row groups: (\d+) of (\d+)$", re.MULTILINE)
_DAMAGED = re.compile(r"^Damaged files: (\d+)$", re.MULTILINE)


def explain_lake(lake: Lake) -> Explanation:
    conditions = lake.conditions()
    kept = lake.kept(conditions)
    found = [each for file in kept if (each := row_groups_of(lake.folder, file, lake.schema, conditions)) is not None]
    total = Groups.total(found)
    written = [" ".join([each.column, each.operator, ", ".join(each.values)]).strip() for each in conditions]
    lines = [
        f"Scan {len(kept)} of {len(lake.files)} files",
        f"Row groups: {total.kept} of {total.groups}",
        f"Damaged files: {len(kept) - len(found)}",
        f"Columns: {', '.join(lake.columns)}",
        f"Filters: {'; '.join(written) or '-'}",
    ]
    text = "\n".join(lines)
    return Explanation(text=text, sentences=tuple(told(text)), estimated_rows=total.rows)


def told(text: str) -> list[str]:
    """What `explain_lake` wrote, in plain words. Pure."""
    files, groups = _counts(_FILES, text), _counts(_GROUPS, text)
    damaged = _counts(_DAMAGED, text)[0]
    sentences = [
        ngettext(
            "%(kept)s file of %(count)s is read: the others are passed over by the values in their paths.",
            "%(kept)s files of %(count)s are read: the others are passed over by the values in their paths.",
            files[0],
        )
        % {"kept": files[0], "count": files[-1]}
        if files[0] < files[-1]
        else _("All the files are read: no condition is on a partition column, or all their values meet it."),
        _("In these, %(kept)s row groups of %(count)s are read: their least and greatest values say which.")
        % {"kept": groups[0], "count": groups[-1]},
    ]
    if damaged:
        sentences.append(
            ngettext(
                "%(count)s file is not a whole Parquet file: it will be set aside.",
                "%(count)s files are not whole Parquet files: they will be set aside.",
                damaged,
            )
            % {"count": damaged}
        )
    return sentences


def _counts(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    found = pattern.search(text)
    return tuple(map(int, found.groups())) if found else (0,)
