"""What is read of a folder of Parquet files, counted from their paths and the ends of the files alone."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.collection.connectors.bigdata.explaining import Explanation
from apps.collection.connectors.bigdata.lake import Lake
from apps.collection.connectors.bigdata.lake_reading import Groups, row_groups_of


def explain_lake(lake: Lake) -> Explanation:
    conditions = lake.conditions()
    kept = lake.kept(conditions)
    found = [each for file in kept if (each := row_groups_of(lake.folder, file, lake.schema, conditions)) is not None]
    total = Groups.total(found)
    damaged = len(kept) - len(found)
    written = [" ".join([each.column, each.operator, ", ".join(each.values)]).strip() for each in conditions]
    lines = [
        f"Scan {len(kept)} of {len(lake.files)} files",
        f"Row groups: {total.kept} of {total.groups}",
        f"Columns: {', '.join(lake.columns)}",
        f"Filters: {'; '.join(written) or '-'}",
    ]
    sentences = [
        ngettext(
            "%(kept)s file of %(count)s is read: the others are passed over by the values in their paths.",
            "%(kept)s files of %(count)s are read: the others are passed over by the values in their paths.",
            len(kept),
        )
        % {"kept": len(kept), "count": len(lake.files)}
        if len(kept) < len(lake.files)
        else _("All the files are read: no condition is on a partition column, or all their values meet it."),
        _("In these, %(kept)s row groups of %(count)s are read: their least and greatest values say which.")
        % {"kept": total.kept, "count": total.groups},
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
    return Explanation(text="\n".join(lines), sentences=tuple(sentences), estimated_rows=total.rows)
