"""The JSON of datasets. Rows themselves are written by the database."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.datasets.enums import ColumnType, PersonalData


class DatasetSerializer(serializers.Serializer[Any]):
    """A dataset in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    description = serializers.CharField(help_text=_("What it is."))
    licence = serializers.CharField(help_text=_("What one may do with it; empty if nothing was said."))
    is_public = serializers.BooleanField(help_text=_("Whether anyone may read it."))
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


class DatasetDetailSerializer(DatasetSerializer):
    """A dataset with its dictionary."""

    columns = ColumnSerializer(many=True, help_text=_("Its columns, in order, among those you may read."))
    hidden_columns = serializers.IntegerField(help_text=_("How many columns you may not read."))
    rows_url = serializers.URLField(help_text=_("Where its rows are read."))
    export_url = serializers.URLField(help_text=_("Where the whole is downloaded; add “format”."))
    versions_url = serializers.URLField(help_text=_("Its history."))


class VersionSerializer(serializers.Serializer[Any]):
    """A version that was published."""

    number = serializers.IntegerField(help_text=_("Its number: 1, 2, 3…"))
    published_at = serializers.DateTimeField(help_text=_("When it was published."))
    rows = serializers.IntegerField(help_text=_("How many rows it has."))
    schema_version = serializers.IntegerField(
        help_text=_("Which version of the dictionary it follows: if it changed, columns may have too.")
    )
    size = serializers.IntegerField(help_text=_("The size of its snapshot, in bytes."))
    sha256 = serializers.CharField(help_text=_("The digest of its snapshot."))
    note = serializers.CharField(help_text=_("What its makers say of it."))
    is_current = serializers.BooleanField(help_text=_("Whether it is the one that is read today."))


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


class RowSerializer(serializers.Serializer[Any]):
    """One row: its members are the columns of the dataset."""

    id = serializers.IntegerField(help_text=_("Its rank in this version."))
