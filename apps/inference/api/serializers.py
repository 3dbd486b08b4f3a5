"""The JSON of models, their trainings, their versions, their reviews and where they are deployed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.collection.api.serializers import GateCheckSerializer
from apps.core.api.serializers import StrictSerializer
from apps.inference.enums import (
    Audience,
    Decision,
    DeploymentCause,
    Format,
    RiskClass,
    Slot,
    Task,
    TrainingCause,
    TrainingPhase,
    TrainingState,
    VersionStage,
)


class ModelSerializer(serializers.Serializer[Any]):
    """A model in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    description = serializers.CharField(help_text=_("What it is."))
    task = serializers.ChoiceField(choices=Task.choices, help_text=_("What it does."))
    risk = serializers.ChoiceField(choices=RiskClass.choices, help_text=_("What the AI Act makes of it."))
    audience = serializers.ChoiceField(choices=Audience.choices, help_text=_("Who may use it."))
    dataset = serializers.CharField(help_text=_("The dataset that it learns from."))
    champion = serializers.IntegerField(allow_null=True, help_text=_("The version that is in service."))
    is_archived = serializers.BooleanField(help_text=_("Whether nothing more is done to it."))
    url = serializers.URLField(help_text=_("Where to read more of it."))


class DeploymentSerializer(serializers.Serializer[Any]):
    """A version in a slot, from one instant to another."""

    id = serializers.IntegerField(help_text=_("Its number."))
    version = serializers.IntegerField(help_text=_("The version that is deployed."))
    slot = serializers.ChoiceField(choices=Slot.choices, help_text=_("Where it answers."))
    cause = serializers.ChoiceField(choices=DeploymentCause.choices, help_text=_("Why it came there."))
    review = serializers.IntegerField(allow_null=True, help_text=_("The review that approved it."))
    deployed_at = serializers.DateTimeField(help_text=_("Since when."))
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text=_("Until when; null while it is there."))


class ModelDetailSerializer(ModelSerializer):
    """A model alone: with its declaration, and what is deployed now."""

    purpose = serializers.CharField(help_text=_("What it is for."))
    limits = serializers.CharField(help_text=_("What it must not be used for."))
    contact = serializers.CharField(help_text=_("To whom an answer is contested."))
    spec = serializers.JSONField(help_text=_("What it learns from, how, and how it is judged."))
    spec_number = serializers.IntegerField(help_text=_("How many times that was changed, and once more."))
    deployments = DeploymentSerializer(many=True, help_text=_("What is deployed now."))


class ModelVersionSerializer(serializers.Serializer[Any]):
    """A version in a list."""

    number = serializers.IntegerField(help_text=_("Its number."))
    stage = serializers.ChoiceField(choices=VersionStage.choices, help_text=_("How far it is."))
    slots = serializers.ListField(
        child=serializers.ChoiceField(choices=Slot.choices), help_text=_("Where it answers now.")
    )
    metrics = serializers.DictField(child=serializers.FloatField(), help_text=_("Its metrics, by name."))
    training = serializers.IntegerField(help_text=_("The training that made it."))
    dataset_version = serializers.IntegerField(
        allow_null=True, help_text=_("The number of the version of the dataset that it learnt from.")
    )
    created_at = serializers.DateTimeField(help_text=_("When it was made."))
    url = serializers.URLField(help_text=_("Where to read more of it."))


class ModelVersionDetailSerializer(ModelVersionSerializer):
    """A version alone: with its signature and its file."""

    format = serializers.ChoiceField(choices=Format.choices, help_text=_("What its file is."))
    sha256 = serializers.CharField(help_text=_("The digest of its file."))
    size = serializers.IntegerField(help_text=_("The size of its file, in bytes."))
    libraries = serializers.DictField(child=serializers.CharField(), help_text=_("What it was made with."))
    signature = serializers.JSONField(help_text=_("What it is given, what it answers."))
    report_sha256 = serializers.CharField(help_text=_("The digest of its evaluation report; empty if it has none."))
    report_url = serializers.URLField(help_text=_("Where its evaluation report is read."))


class TrainingSerializer(serializers.Serializer[Any]):
    """A training in a list."""

    id = serializers.IntegerField(help_text=_("Its number."))
    state = serializers.ChoiceField(choices=TrainingState.choices, help_text=_("What becomes of it."))
    is_over = serializers.BooleanField(help_text=_("Whether nothing more will happen to it."))
    phase = serializers.ChoiceField(
        choices=TrainingPhase.choices, allow_blank=True, help_text=_("Where it is; empty before it begins.")
    )
    cause = serializers.ChoiceField(choices=TrainingCause.choices, help_text=_("What asked for it."))
    requested_at = serializers.DateTimeField(help_text=_("When it was asked for."))
    started_at = serializers.DateTimeField(allow_null=True, help_text=_("When it began."))
    finished_at = serializers.DateTimeField(allow_null=True, help_text=_("When it ended."))
    version = serializers.IntegerField(allow_null=True, help_text=_("The version that it made."))
    url = serializers.URLField(help_text=_("Where to follow it."))


class TrainingDetailSerializer(TrainingSerializer):
    """A training alone: what it was made from, what its gate decided, what it cost."""

    cause_details = serializers.JSONField(help_text=_("What exactly asked for it."))
    dataset_version = serializers.IntegerField(
        allow_null=True, help_text=_("The number of the version of the dataset that it learns from.")
    )
    spec_number = serializers.IntegerField(help_text=_("The declaration that it follows."))
    parameters = serializers.JSONField(help_text=_("The parameters that were chosen."))
    seed = serializers.IntegerField(help_text=_("What makes it repeatable."))
    rows_train = serializers.IntegerField(help_text=_("How many rows it learnt from."))
    rows_test = serializers.IntegerField(help_text=_("How many rows it was judged by."))
    cpu_seconds = serializers.FloatField(help_text=_("Processor time, in seconds."))
    energy_j = serializers.FloatField(allow_null=True, help_text=_("Energy, in joules; null if it could not be told."))
    energy_method = serializers.CharField(help_text=_("How the energy was estimated."))
    checks = GateCheckSerializer(many=True, help_text=_("What its gate compared."))
    error_code = serializers.CharField(help_text=_("Why it failed; empty if it did not."))


class CommentSerializer(serializers.Serializer[Any]):
    """What was said during a review."""

    said_at = serializers.DateTimeField(help_text=_("When it was said."))
    text = serializers.CharField(help_text=_("What was said."))


class ReviewSerializer(serializers.Serializer[Any]):
    """A version submitted to somebody else's judgement."""

    id = serializers.IntegerField(help_text=_("Its number."))
    version = serializers.IntegerField(help_text=_("The version that is judged."))
    report_sha256 = serializers.CharField(help_text=_("The digest of the report that is read."))
    requested_at = serializers.DateTimeField(help_text=_("When it was asked for."))
    decision = serializers.ChoiceField(
        choices=Decision.choices, allow_blank=True, help_text=_("What was decided; empty while it is awaited.")
    )
    decided_at = serializers.DateTimeField(allow_null=True, help_text=_("When it was decided."))
    reason = serializers.CharField(help_text=_("Why."))
    comments = CommentSerializer(many=True, help_text=_("What was said."))


class CommentRequestSerializer(StrictSerializer):
    text = serializers.CharField(max_length=5_000, help_text=_("What to say. Name nobody whom the rows are about."))


class DecisionRequestSerializer(StrictSerializer):
    decision = serializers.ChoiceField(choices=Decision.choices, help_text=_("What is decided."))
    reason = serializers.CharField(
        max_length=5_000, required=False, allow_blank=True, default="", help_text=_("Why; needed to refuse.")
    )


class ExpectedSerializer(StrictSerializer):
    expected = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text=_("The version that you saw there, 0 if none: if it is another by now, nothing is done."),
    )


class DeploymentRequestSerializer(ExpectedSerializer):
    slot = serializers.ChoiceField(choices=Slot.choices, help_text=_("Where to put it."))
