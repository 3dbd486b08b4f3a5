"""The JSON of opinions on answers."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.serializers import StrictSerializer
from apps.inference.enums import FeedbackState
from apps.inference.models import Feedback
from apps.inference.models.feedback import LONGEST_ANSWER, LONGEST_COMMENT

LONGEST_RECEIPT = 4_000


class OpinionSerializer(StrictSerializer):
    receipt = serializers.CharField(
        max_length=LONGEST_RECEIPT, help_text=gettext_lazy("The receipt that came with the answer.")
    )
    is_right = serializers.BooleanField(
        allow_null=True, help_text=gettext_lazy("Whether the answer is right; null if you do not know.")
    )
    right_answer = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_ANSWER,
        help_text=gettext_lazy("The class that is right, where the answer is not."),
    )
    right_value = serializers.FloatField(
        default=None, allow_null=True, help_text=gettext_lazy("The number that is right, where the answer is not.")
    )
    answered = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_ANSWER,
        help_text=gettext_lazy("The class, or the number as a text, that the model answered: for whoever reviews."),
    )
    comment = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_COMMENT, help_text=gettext_lazy("What you want to add.")
    )
    inputs = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        default=None,
        allow_null=True,
        help_text=gettext_lazy("What you had asked, by field, if it may be read and learnt from."),
    )


class ReviewSerializer(StrictSerializer):
    decision = serializers.ChoiceField(
        choices=[(each.value, each.label) for each in (FeedbackState.ACCEPTED, FeedbackState.REFUSED)],
        help_text=gettext_lazy("Whether models may learn from it."),
    )
    answer = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_ANSWER,
        help_text=gettext_lazy("The class to learn; by default what the opinion says."),
    )
    value = serializers.FloatField(
        default=None, allow_null=True, help_text=gettext_lazy("The number to learn; by default what the opinion says.")
    )
    reason = serializers.CharField(
        default="", allow_blank=True, max_length=500, help_text=gettext_lazy("Why it is refused.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["answer"] and attrs["value"] is not None:
            raise serializers.ValidationError({"value": _("Say either a class or a number.")})
        return attrs


class FeedbackSerializer(serializers.Serializer[Any]):
    """An opinion as it can be read: nobody is named in it."""

    id = serializers.IntegerField(source="pk", help_text=gettext_lazy("Its number."))
    prediction = serializers.UUIDField(help_text=gettext_lazy("The answer that it is about."))
    version = serializers.IntegerField(
        source="version.number", help_text=gettext_lazy("The version of the model that gave it.")
    )
    answered = serializers.CharField(help_text=gettext_lazy("What the model answered, where it is known."))
    is_right = serializers.BooleanField(
        allow_null=True, help_text=gettext_lazy("Whether the answer is right; null if they do not know.")
    )
    right_answer = serializers.CharField(
        help_text=gettext_lazy("The class that is right, or the number as a text; empty if it was not said.")
    )
    comment = serializers.CharField(help_text=gettext_lazy("What they add."))
    inputs = serializers.SerializerMethodField(help_text=gettext_lazy("What was asked; null if it was not given."))
    given_at = serializers.DateTimeField(help_text=gettext_lazy("When it was given."))
    state = serializers.ChoiceField(
        choices=FeedbackState.choices, help_text=gettext_lazy("What a reviewer made of it.")
    )
    learnt_answer = serializers.CharField(help_text=gettext_lazy("What may be learnt from it, once it is accepted."))
    reviewed_at = serializers.DateTimeField(allow_null=True, help_text=gettext_lazy("When it was reviewed."))
    reason = serializers.CharField(help_text=gettext_lazy("Why it was refused."))
    taught_at = serializers.DateTimeField(
        allow_null=True, help_text=gettext_lazy("When its row was written; null while it was not.")
    )
    fault = serializers.CharField(help_text=gettext_lazy("Why its row could not be written."))

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {}})
    def get_inputs(self, feedback: Feedback) -> dict[str, Any] | None:
        inputs: dict[str, Any] | None = feedback.inputs
        return inputs
