"""The JSON of datasets. Rows themselves are written by the database."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.core.gates import Severity
from apps.datasets.enums import BuildState, ColumnType, Confidentiality, PersonalData, Visibility
from apps.datasets.noting import LONGEST_NOTE


class DatasetSerializer(serializers.Serializer[Any]):
    """A dataset in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    description = serializers.CharField(help_text=_("What it is."))
    licence = serializers.CharField(help_text=_("What one may do with it; empty if nothing was said."))
    is_public = serializers.BooleanField(help_text=_("Whether anyone may read it."))
    visibility = serializers.ChoiceField(
        choices=Visibility.choices, help_text=_("Who reads it, besides those to whom it was granted.")
    )
    version = serializers.IntegerField(
        source="current_version.number", default=None, allow_null=True, help_text=_("The version that is read today.")
    )
    rows = serializers.IntegerField(
        source="current_version.rows", default=None, allow_null=True, help_text=_("How many rows it has.")
    )
    published_at = serializers.DateTimeField(
        source="current_version.published_at", default=None, allow_null=True, help_text=_("When it was published.")
    )
    url = serializers.URLField(help_text=_("Where to read more of it."))


class ColumnSerializer(serializers.Serializer[Any]):
    """A line of the dictionary."""

    name = serializers.CharField(help_text=_("Its name, in rows and in filters."))
    label = serializers.CharField(help_text=_("What people call it."))  # type: ignore[assignment]  # a field has a label too
    description = serializers.CharField(help_text=_("What it means."))
    type = serializers.ChoiceField(choices=ColumnType.choices, help_text=_("What it holds."))
    unit = serializers.CharField(help_text=_("What it is measured in; empty if nothing."))
    is_key = serializers.BooleanField(help_text=_("Whether it identifies a row, with the other key columns."))
    is_required = serializers.BooleanField(source="must_be_filled", help_text=_("Whether every row has a value there."))
    is_unique = serializers.BooleanField(help_text=_("Whether no two rows share a value."))
    personal_data = serializers.ChoiceField(choices=PersonalData.choices, help_text=_("What it says about people."))
    confidentiality = serializers.ChoiceField(
        source="level", choices=Confidentiality.choices, help_text=_("Who reads it as it is.")
    )
    mask = serializers.CharField(help_text=_("Under which mask you read it; empty if as it is."))


class ForeignKeySerializer(serializers.Serializer[Any]):
    """A relation between two entities."""

    name = serializers.CharField(help_text=_("What it is called in “expand”."))
    label = serializers.CharField(help_text=_("What people call it."))  # type: ignore[assignment]  # a field has a label too
    columns = serializers.ListField(child=serializers.CharField(), help_text=_("The columns that refer."))
    entity = serializers.CharField(help_text=_("The entity that they refer to."))
    references = serializers.ListField(child=serializers.CharField(), help_text=_("The columns of its key."))


class EntitySerializer(serializers.Serializer[Any]):
    """One of the tables of a dataset."""

    name = serializers.CharField(help_text=_("Its name, part of every address about it."))
    label = serializers.CharField(help_text=_("What people call it."))  # type: ignore[assignment]  # a field has a label too
    description = serializers.CharField(help_text=_("What it is."))
    rows = serializers.IntegerField(help_text=_("How many rows it has."))
    columns = ColumnSerializer(many=True, help_text=_("Its columns, in order, among those you may read."))
    hidden_columns = serializers.IntegerField(help_text=_("How many columns you may not read."))
    key = serializers.ListField(
        child=serializers.CharField(), help_text=_("The columns that identify a row together, if you may read them.")
    )
    foreign_keys = ForeignKeySerializer(many=True, help_text=_("The relations that you may follow from its rows."))
    searched = serializers.ListField(child=serializers.CharField(), help_text=_("The columns that “q” searches."))
    rows_url = serializers.URLField(help_text=_("Where its rows are read."))
    row_by_key_url = serializers.URLField(help_text=_("Where a row is read by its key."))
    aggregate_url = serializers.URLField(help_text=_("Where its rows are told by groups."))
    statistics_url = serializers.URLField(help_text=_("What its columns hold."))
    export_url = serializers.URLField(help_text=_("Where the whole is downloaded; add “format”."))


class DatasetDetailSerializer(DatasetSerializer):
    """A dataset with its dictionary."""

    columns = ColumnSerializer(
        many=True, help_text=_("The columns of its main entity, in order, among those you may read.")
    )
    hidden_columns = serializers.IntegerField(help_text=_("How many columns you may not read."))
    entities = EntitySerializer(many=True, help_text=_("Its entities, the main one first."))
    rows_url = serializers.URLField(help_text=_("Where the rows of its main entity are read."))
    export_url = serializers.URLField(help_text=_("Where the whole is downloaded; add “format”."))
    schema_url = serializers.URLField(help_text=_("Its OpenAPI document."))
    versions_url = serializers.URLField(help_text=_("Its history."))


class VersionTableSerializer(serializers.Serializer[Any]):
    """What a version holds of one entity."""

    entity = serializers.CharField(help_text=_("The name of the entity."))
    rows = serializers.IntegerField(help_text=_("How many rows it has."))
    size = serializers.IntegerField(help_text=_("The size of its snapshot, in bytes."))
    sha256 = serializers.CharField(help_text=_("The digest of its snapshot."))


class VersionSerializer(serializers.Serializer[Any]):
    """A version that was published."""

    number = serializers.IntegerField(help_text=_("Its number: 1, 2, 3…"))
    published_at = serializers.DateTimeField(help_text=_("When it was published."))
    rows = serializers.IntegerField(help_text=_("How many rows it has."))
    schema_version = serializers.IntegerField(
        help_text=_("Which version of the dictionary it follows: if it changed, columns may have too.")
    )
    size = serializers.IntegerField(help_text=_("The size of its snapshots, in bytes."))
    tables = VersionTableSerializer(many=True, help_text=_("Its entities, the main one first."))
    note = serializers.CharField(help_text=_("What its makers say of it."))
    is_current = serializers.BooleanField(help_text=_("Whether it is the one that is read today."))


class NoteSerializer(serializers.Serializer[Any]):
    """What is said of a version."""

    note = serializers.CharField(
        max_length=LONGEST_NOTE, allow_blank=True, help_text=_("What changed and why, as plain text.")
    )


class BuildSerializer(serializers.Serializer[Any]):
    """A version that is being made."""

    build = serializers.IntegerField(source="pk", help_text=_("The number of the build."))
    state = serializers.ChoiceField(choices=BuildState.choices, help_text=_("What becomes of it."))
    url = serializers.URLField(help_text=_("The page where it is followed."))


class QualityCheckSerializer(serializers.Serializer[Any]):
    """One comparison at the gate."""

    table = serializers.CharField(source="subject", help_text=_("The table that it is about; empty for a single one."))
    name = serializers.CharField(help_text=_("What is looked at, in words."))
    passed = serializers.BooleanField(help_text=_("Whether it holds."))
    severity = serializers.ChoiceField(choices=Severity.choices, help_text=_("What it does when it does not hold."))
    measured = serializers.CharField(help_text=_("What was measured, in words."))
    expected = serializers.CharField(help_text=_("What was expected, in words."))


class SetAsideSerializer(serializers.Serializer[Any]):
    """Why values were set aside."""

    table = serializers.CharField(help_text=_("The entity."))
    code = serializers.CharField(help_text=_("The reason: its code."))
    column = serializers.CharField(help_text=_("The column, or the rule that was broken."))
    count = serializers.IntegerField(help_text=_("How many values."))


class JudgementSerializer(serializers.Serializer[Any]):
    """What the gate decided of a build."""

    build = serializers.IntegerField(allow_null=True, help_text=_("Its number; null if you may not see builds."))
    version = serializers.IntegerField(allow_null=True, help_text=_("The version that it published; null if none."))
    state = serializers.ChoiceField(choices=BuildState.choices, help_text=_("What became of it."))
    judged_at = serializers.DateTimeField(help_text=_("When it was judged."))
    rows_read = serializers.IntegerField(help_text=_("How many rows it read."))
    rows_kept = serializers.IntegerField(help_text=_("How many it kept."))
    rows_set_aside = serializers.IntegerField(help_text=_("How many it set aside."))
    checks = QualityCheckSerializer(many=True, help_text=_("The checks, in words."))
    reasons = SetAsideSerializer(many=True, help_text=_("Why values were set aside; empty if you may not see builds."))


class QualitySerializer(serializers.Serializer[Any]):
    """The quality of a dataset over time."""

    results = JudgementSerializer(many=True, help_text=_("The last builds that were judged, the latest first."))


class RowsSerializer(serializers.Serializer[Any]):
    """A page of rows."""

    next = serializers.URLField(allow_null=True, help_text=_("The next page; null on the last one."))
    previous = serializers.URLField(allow_null=True, help_text=_("The page before; null on the first one."))
    version = serializers.IntegerField(help_text=_("The version that these rows are of, the same from page to page."))
    count = serializers.IntegerField(
        allow_null=True,
        help_text=_("How many rows there are in all; with filters, only if asked for with count=exact."),
    )
    results = serializers.ListField(
        child=serializers.DictField(), help_text=_("The rows, as objects whose members are the columns.")
    )


class ReceiptSerializer(serializers.Serializer[Any]):
    """What was received in one request, and is kept."""

    number = serializers.IntegerField(help_text=_("Its number, among what was received of this entity."))
    entity = serializers.CharField(help_text=_("The name of the entity."))
    rows = serializers.IntegerField(source="count", help_text=_("How many rows it has."))
    received_at = serializers.DateTimeField(help_text=_("When it was received."))


class RowSerializer(serializers.Serializer[Any]):
    """One row: its members are the columns of the dataset."""

    id = serializers.IntegerField(help_text=_("Its rank in this version."))


class GroupsSerializer(serializers.Serializer[Any]):
    """Rows by groups."""

    version = serializers.IntegerField(help_text=_("The version that these rows are of."))
    truncated = serializers.BooleanField(help_text=_("Whether there are more groups than were asked for."))
    results = serializers.ListField(
        child=serializers.DictField(),
        help_text=_("The groups: objects with a member for each thing that was asked."),
    )


class TopSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text=_("The value, as a text."))
    count = serializers.IntegerField(help_text=_("How many rows have it."))


class BinSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField(help_text=_("Where it begins."))
    high = serializers.FloatField(help_text=_("Where it ends."))
    count = serializers.IntegerField(help_text=_("How many rows are in it."))


class ColumnStatisticsSerializer(serializers.Serializer[Any]):
    """What a column holds."""

    name = serializers.CharField(help_text=_("Its name."))
    type = serializers.ChoiceField(choices=ColumnType.choices, help_text=_("What it holds."))
    rows = serializers.IntegerField(help_text=_("How many rows there are."))
    filled = serializers.IntegerField(help_text=_("How many have a value there."))
    distinct = serializers.IntegerField(help_text=_("How many different values there are, within about 2 %."))
    lowest = serializers.JSONField(help_text=_("The lowest value, or the shortest length of a text; null if unknown."))
    median = serializers.JSONField(help_text=_("The value in the middle, or the length; null if unknown."))
    highest = serializers.JSONField(help_text=_("The highest value, or the longest length; null if unknown."))
    top = TopSerializer(many=True, help_text=_("The most frequent values."))
    bins = BinSerializer(many=True, help_text=_("How numbers are spread."))


class StatisticsSerializer(serializers.Serializer[Any]):
    """What the columns of an entity hold."""

    version = serializers.IntegerField(help_text=_("The version that these rows are of."))
    rows = serializers.IntegerField(help_text=_("How many rows there are."))
    columns = ColumnStatisticsSerializer(many=True, help_text=_("Column by column, among those you may read."))
