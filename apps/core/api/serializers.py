"""What REST reads and writes, type by type: a serializer that accepts exactly what its schema says.

REST framework turns "12" into 12 and "yes" into true, and ignores what it does not know. A program that sends such
things is mistaken, and learns it best at once.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError


def is_of_json_type(field: serializers.Field[Any, Any, Any, Any], value: Any) -> bool:
    """Whether JSON has given this field the type that the schema announces. Null is the field's own business."""
    if value is None:
        return True
    if isinstance(field, serializers.BooleanField):
        return isinstance(value, bool)
    if isinstance(field, serializers.IntegerField):
        return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value % 1 == 0))
    if isinstance(field, serializers.FloatField):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        return isinstance(value, list)
    if isinstance(field, serializers.DictField | serializers.BaseSerializer):
        return isinstance(value, Mapping)
    if isinstance(field, serializers.JSONField):
        return True
    return isinstance(value, str)


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know and values of another type than its schema says."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (errors := self.mistakes(data)):
            raise ValidationError(errors)
        return super().to_internal_value(data)

    def mistakes(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        """What is wrong before any value is looked at, by field."""
        writable = {str(field.field_name): field for field in self._writable_fields}
        unknown = ErrorDetail(_("No such field is known here."), code="unknown_field")
        mistyped = ErrorDetail(_("The value is not of the expected type."), code="invalid")
        return {name: [unknown] for name in data if name not in writable} | {
            name: [mistyped]
            for name, field in writable.items()
            if name in data and not is_of_json_type(field, data[name])
        }


class ResourceSerializer(serializers.Serializer[Any]):
    """A list or an object that can be read from the root."""

    url = serializers.URLField(help_text=gettext_lazy("Its address."))
    title = serializers.CharField(help_text=gettext_lazy("What it is."))
    methods = serializers.ListField(child=serializers.CharField(), help_text=gettext_lazy("What can be done with it."))


class IndexSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=gettext_lazy("The name of the organisation that runs this instance."))
    version = serializers.CharField(help_text=gettext_lazy("The version of the API."))
    documentation = serializers.URLField(help_text=gettext_lazy("The reference, made for people."))
    openapi = serializers.URLField(help_text=gettext_lazy("The reference, made for programs (OpenAPI 3.1)."))
    error_codes = serializers.URLField(help_text=gettext_lazy("Every error code, explained."))
    resources = ResourceSerializer(many=True, help_text=gettext_lazy("What can be read without an identifier."))


class LiveSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"], help_text=gettext_lazy("The process answers."))


class CheckSerializer(serializers.Serializer[Any]):
    """One thing that the platform stands on. The last three fields are for operators only."""

    name = serializers.CharField(help_text=gettext_lazy("Its name, which never changes."))
    status = serializers.ChoiceField(choices=["ok", "failed"], help_text=gettext_lazy("How it is."))
    critical = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Whether the instance is out of service without it; for operators.")
    )
    seconds = serializers.FloatField(
        required=False, help_text=gettext_lazy("How long it took to answer; for operators.")
    )
    problem = serializers.CharField(required=False, help_text=gettext_lazy("What it complains of; for operators."))


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(
        choices=["ok", "degraded", "failed"],
        help_text=gettext_lazy("“degraded” if something fails that the instance can do without, “failed” otherwise."),
    )
    checks = CheckSerializer(many=True, help_text=gettext_lazy("Each thing that was asked."))
