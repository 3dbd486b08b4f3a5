"""The JSON of sources, of their runs, and of what runs leave."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.collection.connectors import CONNECTORS
from apps.collection.enums import (
    Confidentiality,
    EventCode,
    LegalBasis,
    LoadMode,
    Reaction,
    RejectionReason,
    RunMode,
    RunState,
    SourceState,
    Trigger,
)
from apps.collection.models.sources import MAX_PARALLEL_PARTS
from apps.core.api.serializers import StrictSerializer
from apps.core.gates import GateState, Severity
from apps.core.interface import Tone

# As far as every JSON reader counts exactly.
MOST = 2**53 - 1
SETTINGS = _("The settings of its connector, without secrets; the kinds of sources say which there are.")
SECRET_NAMES = _("The names of the secrets that are set. Their values are never told.")
WINDOW_START = _("From where a backfill reads, in the notation of the source’s cursor; empty otherwise.")
WINDOW_END = _("Up to where a backfill reads, included; empty otherwise.")
NUL = "\0"
# A replay is asked of the run that is replayed.
REQUESTED_MODES = [choice for choice in RunMode.choices if choice[0] != RunMode.REPLAY]


class SettingsField(serializers.DictField):
    """An object of any JSON values, but for the one character that the database has no place for."""

    def to_internal_value(self, data: Any) -> Any:
        read = super().to_internal_value(data)
        if _holds_nul(read):
            raise serializers.ValidationError(_("Null characters are not allowed."))
        return read


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, Mapping):
        return any(_holds_nul(name) or _holds_nul(each) for name, each in value.items())
    return isinstance(value, list) and any(_holds_nul(each) for each in value)


def _tones() -> list[tuple[str, str]]:
    return [(str(tone), str(tone)) for tone in Tone]


class SourceKindSerializer(serializers.Serializer[Any]):
    """A kind of source that can be collected."""

    kind = serializers.CharField(help_text=_("Its name, which never changes."))
    label = serializers.CharField(help_text=_("What people call it."))  # type: ignore[assignment]  # a field has a label too
    summary = serializers.CharField(help_text=_("What it reads."))
    settings = serializers.DictField(help_text=_("What “settings” may hold, as a JSON Schema."))
    secrets = serializers.ListField(child=serializers.CharField(), help_text=_("What “secrets” may hold: names."))


# --- Sources ------------------------------------------------------------------------------------------
class ExpectedColumnSerializer(StrictSerializer):
    """A column that was agreed with the source."""

    name = serializers.CharField(
        max_length=200, trim_whitespace=False, help_text=_("Its name, as the source writes it.")
    )
    type = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text=_("What its values look like; empty: whatever.")
    )


class ScheduleSerializer(StrictSerializer):
    """When it is collected without anyone asking."""

    cron = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text=_("Five fields: minute, hour, day of the month, month, day of the week; empty for never."),
    )
    time_zone = serializers.CharField(
        max_length=64, required=False, help_text=_("The time zone of these hours, as Europe/Paris.")
    )
    is_active = serializers.BooleanField(required=False, help_text=_("Whether the clock starts it."))


class ContractSerializer(StrictSerializer):
    """What its columns are expected to be, and what is done when they differ."""

    columns = serializers.ListField(
        child=ExpectedColumnSerializer(),
        max_length=10_000,
        required=False,
        help_text=_("The columns that were agreed; none: those of the last run that passed."),
    )
    on_missing = serializers.ChoiceField(
        choices=Reaction.choices, required=False, help_text=_("What is done when a column is missing.")
    )
    on_new = serializers.ChoiceField(
        choices=Reaction.choices, required=False, help_text=_("What is done when a column is new.")
    )
    on_changed = serializers.ChoiceField(
        choices=Reaction.choices, required=False, help_text=_("What is done when the type of a column changed.")
    )


class SheetSerializer(StrictSerializer):
    """What an assessor, a colleague or a data-protection officer asks first."""

    context = serializers.CharField(  # type: ignore[assignment]  # a field has a context too
        required=False, allow_blank=True, help_text=_("What the extraction is part of, and for whom.")
    )
    actors = serializers.CharField(
        required=False, allow_blank=True, help_text=_("Who produces the data, who answers for it here.")
    )
    technical_constraints = serializers.CharField(
        required=False, allow_blank=True, help_text=_("Hours, volumes, formats, languages, services called.")
    )
    access_conditions = serializers.CharField(
        required=False, allow_blank=True, help_text=_("How the right to read was given, by whom, until when.")
    )
    terms = serializers.CharField(
        required=False, allow_blank=True, help_text=_("What the owner allows, and where it is said.")
    )
    licence = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text=_("The licence of the data.")
    )
    confidentiality = serializers.ChoiceField(
        choices=Confidentiality.choices, required=False, allow_blank=True, help_text=_("Who may know what it holds.")
    )


class SourceChangeSerializer(StrictSerializer):
    """What a person decides of a source, each of it optional."""

    name = serializers.CharField(max_length=120, required=False, help_text=_("Its name."))
    description = serializers.CharField(required=False, allow_blank=True, help_text=_("What it is."))
    settings = SettingsField(
        required=False,
        help_text=_("The settings of its connector, all of them, without secrets; its kind says which there are."),
    )
    secrets = serializers.DictField(
        child=serializers.CharField(max_length=10_000, allow_null=True, trim_whitespace=False),
        required=False,
        help_text=_("Secrets by name, never told again. Those that are left out stay; null removes one."),
    )
    purpose = serializers.CharField(required=False, allow_blank=True, help_text=_("What this data is for."))
    legal_basis = serializers.ChoiceField(
        choices=LegalBasis.choices, required=False, allow_blank=True, help_text=_("By what right it is collected.")
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=200, trim_whitespace=False),
        max_length=10_000,
        required=False,
        help_text=_("The columns to collect, as the source writes them; none: all of them."),
    )
    retention_days = serializers.IntegerField(
        min_value=1, max_value=36_500, required=False, help_text=_("After how many days what was collected is deleted.")
    )
    is_rejected_text_kept = serializers.BooleanField(
        required=False, help_text=_("Whether the text of rejected records is kept, or only their place and the reason.")
    )
    max_rejected_rows = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        allow_null=True,
        required=False,
        help_text=_("How many records may be rejected; null: no limit."),
    )
    max_rejected_share = serializers.FloatField(
        min_value=0, max_value=100, required=False, help_text=_("Which share of the records may be rejected, in %.")
    )
    mode = serializers.ChoiceField(
        choices=LoadMode.choices, required=False, help_text=_("What each run reads: everything, or what is new.")
    )
    key_columns = serializers.ListField(
        child=serializers.CharField(max_length=200, trim_whitespace=False),
        max_length=100,
        required=False,
        help_text=_("The columns that identify a record."),
    )
    parallel_parts = serializers.IntegerField(
        min_value=1,
        max_value=MAX_PARALLEL_PARTS,
        required=False,
        help_text=_("How many of its parts are read at the same time."),
    )
    max_rows = serializers.IntegerField(
        min_value=0, max_value=MOST, allow_null=True, required=False, help_text=_("How many records a run may read.")
    )
    max_minutes = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, allow_null=True, required=False, help_text=_("How long a run may last.")
    )
    max_megabytes = serializers.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        allow_null=True,
        required=False,
        help_text=_("How much a run may land, compressed, in megabytes."),
    )
    schedule = ScheduleSerializer(required=False, help_text=_("When it is collected without anyone asking."))
    contract = ContractSerializer(required=False, help_text=_("What its columns are expected to be."))
    sheet = SheetSerializer(required=False, help_text=_("What is known of the source, in words."))


class SourceCreationSerializer(SourceChangeSerializer):
    """A source to make, as a draft."""

    name = serializers.CharField(max_length=120, help_text=_("Its name."))
    slug = serializers.SlugField(
        max_length=60, required=False, help_text=_("Its identifier; made from the name if it is left out.")
    )
    settings = SettingsField(
        help_text=_("The settings of its connector, without secrets; its kind says which there are.")
    )

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"kind": kind_field()}


class TrialSerializer(StrictSerializer):
    """Settings to try in place of those of a source; what is left out is as the source has it."""

    settings = SettingsField(required=False, help_text=_("Settings to try, all of them, without secrets."))
    secrets = serializers.DictField(
        child=serializers.CharField(max_length=10_000, allow_null=True, trim_whitespace=False),
        required=False,
        help_text=_("Secrets to try, by name. Nothing of them is kept."),
    )


class NewTrialSerializer(TrialSerializer):
    """Settings to try before there is a source."""

    settings = SettingsField(help_text=_("Settings to try, without secrets; the kind says which there are."))

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"kind": kind_field()}


def kind_field() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=[(each.kind, str(each.label)) for each in CONNECTORS], help_text=_("What kind of source it is.")
    )


class StandingSerializer(serializers.Serializer[Any]):
    """How it stands, in a sentence."""

    tone = serializers.ChoiceField(choices=_tones(), help_text=_("How it is, for a colour or an alert."))
    sentence = serializers.CharField(help_text=_("How it is, in the language that you accept."))


class SourceSerializer(serializers.Serializer[Any]):
    """A source in a list."""

    slug = serializers.CharField(help_text=_("Its identifier, part of every address about it."))
    name = serializers.CharField(help_text=_("Its name."))
    description = serializers.CharField(help_text=_("What it is."))
    kind = serializers.CharField(help_text=_("What kind of source it is."))
    state = serializers.ChoiceField(
        choices=SourceState.choices, help_text=_("A draft can be tried; only an open source is collected.")
    )
    mode = serializers.ChoiceField(choices=LoadMode.choices, help_text=_("What each run reads."))
    next_run_at = serializers.DateTimeField(allow_null=True, help_text=_("When the clock collects it next."))
    latest_run = serializers.IntegerField(allow_null=True, help_text=_("The number of its last run, if it had one."))
    standing = StandingSerializer(help_text=_("How it stands."))
    url = serializers.URLField(help_text=_("Where to read more of it."))


class PlannedScheduleSerializer(serializers.Serializer[Any]):
    """When it is collected without anyone asking, and when that comes next."""

    cron = serializers.CharField(help_text=_("Five fields: minute, hour, day, month, day of the week; may be empty."))
    time_zone = serializers.CharField(help_text=_("The time zone of these hours."))
    is_active = serializers.BooleanField(help_text=_("Whether the clock starts it."))
    next_run_at = serializers.DateTimeField(allow_null=True, help_text=_("When it comes next."))
    error = serializers.CharField(help_text=_("Why the clock could not start it last time; empty if it could."))


class SourceDetailSerializer(SourceSerializer):
    """A source with all that was decided of it."""

    settings = serializers.DictField(help_text=SETTINGS)
    secrets = serializers.ListField(child=serializers.CharField(), help_text=SECRET_NAMES)
    purpose = serializers.CharField(help_text=_("What this data is for."))
    legal_basis = serializers.ChoiceField(
        choices=[("", ""), *LegalBasis.choices], help_text=_("By what right it is collected; empty if nobody said.")
    )
    columns = serializers.ListField(
        child=serializers.CharField(), help_text=_("The columns to collect; none: all of them.")
    )
    retention_days = serializers.IntegerField(help_text=_("After how many days what was collected is deleted."))
    is_rejected_text_kept = serializers.BooleanField(help_text=_("Whether the text of rejected records is kept."))
    max_rejected_rows = serializers.IntegerField(allow_null=True, help_text=_("How many records may be rejected."))
    max_rejected_share = serializers.FloatField(help_text=_("Which share of the records may be rejected, in %."))
    key_columns = serializers.ListField(
        child=serializers.CharField(), help_text=_("The columns that identify a record.")
    )
    parallel_parts = serializers.IntegerField(help_text=_("How many of its parts are read at the same time."))
    max_rows = serializers.IntegerField(allow_null=True, help_text=_("How many records a run may read."))
    max_minutes = serializers.IntegerField(allow_null=True, help_text=_("How long a run may last."))
    max_megabytes = serializers.IntegerField(allow_null=True, help_text=_("How much a run may land, in megabytes."))
    schedule = PlannedScheduleSerializer(help_text=_("When it is collected without anyone asking."))
    contract = ContractSerializer(help_text=_("What its columns are expected to be."))
    sheet = SheetSerializer(help_text=_("What is known of the source, in words."))
    created_at = serializers.DateTimeField(help_text=_("When it was made."))
    updated_at = serializers.DateTimeField(help_text=_("When it was last changed."))
    runs_url = serializers.URLField(help_text=_("Where its runs are listed."))


class AccessSerializer(serializers.Serializer[Any]):
    """What the source answered."""

    is_well = serializers.BooleanField(help_text=_("Whether it can be read."))
    message = serializers.CharField(help_text=_("What it answered, or what is wrong."))
    advice = serializers.CharField(help_text=_("What to do about it; empty if all is well."))
    code = serializers.CharField(help_text=_("The code of the error; empty if there is none."))


class PreviewColumnSerializer(serializers.Serializer[Any]):
    """A column as the source has it."""

    name = serializers.CharField(help_text=_("Its name, as the source writes it."))
    type = serializers.CharField(source="proposed_type", help_text=_("What its values look like."))
    is_key = serializers.BooleanField(help_text=_("Whether the source says that it identifies a record."))


class PreviewRejectionSerializer(serializers.Serializer[Any]):
    """A record that could not be read."""

    record = serializers.IntegerField(source="row", help_text=_("Its rank, from 1."))
    reason = serializers.ChoiceField(choices=RejectionReason.choices, help_text=_("Why, for programs."))
    said = serializers.CharField(help_text=_("Why, in a sentence."))


class PreviewSerializer(serializers.Serializer[Any]):
    """How a source would be read with these settings. Nothing of it is kept."""

    columns = PreviewColumnSerializer(many=True, help_text=_("Its columns."))
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text=_("Its first rows, at most 20: their values as texts, in the order of the columns, long ones cut."),
    )
    rejected = PreviewRejectionSerializer(many=True, help_text=_("The first records that cannot be read."))
    detected = serializers.DictField(help_text=_("What was found out by itself: encoding, delimiter, names…"))


# --- Runs ---------------------------------------------------------------------------------------------
class RunRequestSerializer(StrictSerializer):
    """What to collect."""

    mode = serializers.ChoiceField(
        choices=REQUESTED_MODES,
        required=False,
        help_text=_("What to read; as the source says if it is left out."),
    )
    since = serializers.CharField(max_length=64, required=False, help_text=WINDOW_START)
    until = serializers.CharField(max_length=64, required=False, help_text=WINDOW_END)


class RunErrorSerializer(serializers.Serializer[Any]):
    """Why a run failed, and what to do."""

    code = serializers.CharField(help_text=_("The code of the error, which never changes."))
    title = serializers.CharField(help_text=_("What went wrong."))
    advice = serializers.CharField(help_text=_("What to do about it."))


class RunSerializer(serializers.Serializer[Any]):
    """A run: how it goes, and how far it is."""

    id = serializers.IntegerField(help_text=_("Its number."))
    source = serializers.CharField(  # type: ignore[assignment]  # a field has a source too
        help_text=_("The identifier of its source.")
    )
    state = serializers.ChoiceField(choices=RunState.choices, help_text=_("Where it is."))
    is_over = serializers.BooleanField(help_text=_("Whether nothing more will come of it by itself."))
    mode = serializers.ChoiceField(choices=RunMode.choices, help_text=_("What it reads."))
    since = serializers.CharField(help_text=WINDOW_START)
    until = serializers.CharField(help_text=WINDOW_END)
    replays = serializers.IntegerField(allow_null=True, help_text=_("The run whose rejected records it reads again."))
    trigger = serializers.ChoiceField(choices=Trigger.choices, help_text=_("What asked for it."))
    requested_at = serializers.DateTimeField(help_text=_("When it was asked for."))
    started_at = serializers.DateTimeField(allow_null=True, help_text=_("When it started."))
    finished_at = serializers.DateTimeField(allow_null=True, help_text=_("When it ended."))
    resumes_at = serializers.DateTimeField(allow_null=True, help_text=_("Until when it is put off, if it is."))
    rows_read = serializers.IntegerField(help_text=_("How many records were read."))
    rows_kept = serializers.IntegerField(help_text=_("How many of them are rows now."))
    rows_rejected = serializers.IntegerField(help_text=_("How many of them were set aside; the two make the first."))
    bytes_landed = serializers.IntegerField(help_text=_("How much has landed, compressed, in bytes."))
    share_read = serializers.FloatField(
        allow_null=True, help_text=_("How much of the source has been read, from 0 to 1; null if that is not known.")
    )
    expected_end_at = serializers.DateTimeField(
        allow_null=True, help_text=_("When it should end; null while it is too early to say.")
    )
    standing = StandingSerializer(help_text=_("How it goes."))
    error = RunErrorSerializer(allow_null=True, help_text=_("Why it failed, if it did."))
    url = serializers.URLField(help_text=_("Where to follow it."))


class GateCheckSerializer(serializers.Serializer[Any]):
    """One comparison at the gate."""

    name = serializers.CharField(help_text=_("What was compared."))
    passed = serializers.BooleanField(help_text=_("Whether it holds."))
    severity = serializers.ChoiceField(choices=Severity.choices, help_text=_("What it does if it does not hold."))
    measured = serializers.CharField(help_text=_("What was measured."))
    expected = serializers.CharField(help_text=_("What was expected."))
    message = serializers.CharField(help_text=_("What to do if it does not hold."))


class VerdictSerializer(serializers.Serializer[Any]):
    """What the gate decided, in words."""

    state = serializers.ChoiceField(choices=GateState.choices, help_text=_("Whether the gate is open."))
    judged_at = serializers.DateTimeField(help_text=_("When it decided."))
    checks = GateCheckSerializer(many=True, help_text=_("What it looked at, what blocks first."))


class RunDetailSerializer(RunSerializer):
    """A run with what its gate decided."""

    verdict = VerdictSerializer(allow_null=True, help_text=_("What its gate decided; null until it has."))
    events_url = serializers.URLField(help_text=_("Its log."))
    rejections_url = serializers.URLField(help_text=_("The records that it set aside."))
    segments_url = serializers.URLField(help_text=_("The files that it landed."))


class EventSerializer(serializers.Serializer[Any]):
    """A line of the log of a run."""

    at = serializers.DateTimeField(help_text=_("When."))
    code = serializers.ChoiceField(choices=EventCode.choices, help_text=_("What happened, for programs."))
    text = serializers.CharField(help_text=_("What happened, in a sentence."))


class RejectionSerializer(serializers.Serializer[Any]):
    """A record that never became a row."""

    part = serializers.CharField(help_text=_("The part of the source that it is in."))
    record = serializers.IntegerField(source="row", help_text=_("Its rank in that part, from 1."))
    reason = serializers.ChoiceField(choices=RejectionReason.choices, help_text=_("Why, for programs."))
    said = serializers.CharField(help_text=_("Why, in a sentence."))
    details = serializers.DictField(help_text=_("What the sentence is made of."))
    text = serializers.CharField(help_text=_("The record as the source wrote it, where the source lets it be kept."))


class SegmentSerializer(serializers.Serializer[Any]):
    """A file that a run landed."""

    part = serializers.CharField(help_text=_("The part of the source that it holds."))
    rank = serializers.IntegerField(source="seq", help_text=_("Its rank in that part, from 0."))
    rows = serializers.IntegerField(help_text=_("How many rows it has."))
    size = serializers.IntegerField(help_text=_("Its size, in bytes."))
    sha256 = serializers.CharField(help_text=_("Its digest."))
    landed_at = serializers.DateTimeField(help_text=_("When it landed."))
