"""Import a ready file into a dataset from a terminal: docs/how-to/import-a-file.md."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser, no_translations
from django.utils.text import slugify

from apps.collection.enums import LegalBasis, RunState, Trigger
from apps.collection.exceptions import SourceRefused
from apps.collection.management.collecting import CollectingCommand
from apps.collection.management.tables import printable, table
from apps.collection.models import Source
from apps.collection.previewing import Preview, preview
from apps.collection.requesting import request_run
from apps.core.errors import EcluseError, RuleViolation
from apps.core.projects.written import Unreadable
from apps.datasets import importing
from apps.datasets.design import Design, design_of
from apps.datasets.designing import change_design, create_dataset
from apps.datasets.enums import BuildState
from apps.datasets.exceptions import Refused
from apps.datasets.forms.written import read_design, write_design
from apps.datasets.management.building import PUBLISHED, BuildingCommand
from apps.datasets.models import Dataset
from apps.datasets.names import to_entity_name
from apps.datasets.quarantine import reason_text
from apps.datasets.requesting import request_build

HELD = 3
TRIED_RECORDS, SHOWN_RECORDS = 1_000, 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says."""

    path: Path
    slug: str
    dataset: Dataset | None
    source: Source | None
    entity: str
    settings: dict[str, str]
    design: Design | None
    new: importing.NewSource


class Command(CollectingCommand, BuildingCommand):
    help = (
        "Import a ready file (CSV, JSON, Parquet, Excel, compressed or not) into a dataset, made if there is none: the "
        "file is kept as that of a source, collected, cleaned by a recipe and published if both gates open. The same "
        "file again changes nothing. Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 3 held at a gate."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="path of the file")
        parser.add_argument("dataset", help="identifier of the dataset, made if there is none")
        parser.add_argument("--entity", default="", help="the table fed, where several files feed the dataset")
        parser.add_argument("--source", default="", help="identifier of its source (that of a new dataset)")
        parser.add_argument("--name", default="", help="name of a new dataset (its identifier)")
        parser.add_argument("--purpose", default="", help="of a new source: what the data is for")
        parser.add_argument(
            "--legal-basis", default="", choices=LegalBasis.values, help="of a new source: by what right"
        )
        parser.add_argument("--design", type=Path, help="a YAML file: model and recipes (else they are proposed)")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="name=value",
            help="a setting of the file, where detection errs: delimiter=semicolon, encoding=cp850, sheet=2",
        )
        parser.add_argument("--note", default="", help="what is said of the new version")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="show what would be made of the first records, and the design",
        )

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, dry_run: bool, note: str, **options: Any) -> None:
        try:
            asked = _asked(options)
            if dry_run:
                self.look(asked)
            else:
                self.make(asked, note)
        except Refused as refusal:
            raise CommandError("\n".join(str(fault) for fault in refusal.faults)) from refusal
        except SourceRefused as refusal:
            raise CommandError(_told(refusal)) from refusal
        except EcluseError as refusal:
            raise CommandError(str(refusal.message)) from refusal

    def look(self, asked: Asked) -> None:
        """Tell what would come of the first records. Nothing is made; the file itself stays a day in the lake."""
        config = {**(asked.source.config if asked.source else {}), **asked.settings, **importing.upload_of(asked.path)}
        found = preview(kind=importing.FILE, config=config, limit=TRIED_RECORDS)
        slug = asked.source.slug if asked.source else asked.new.slug
        design = _design(asked, found, source=slug)
        for line in table([column.name for column in found.columns], found.rows[:SHOWN_RECORDS]):
            self.stdout.write(line)
        for each in found.rejected:
            self.stdout.write(f"Record {each.row} cannot be read: {each.reason}.")
        self.try_out(design, importing.entity_fed_by(design, slug), found)
        if asked.dataset is None and asked.design is None:
            self.stdout.write(
                f"\n# The design proposed: correct it, and give it with --design.\n{write_design(design)}"
            )
        self.stdout.write("Nothing was made.")

    def try_out(self, design: Design, entity: str, found: Preview) -> None:
        if not entity:
            raise CommandError("No recipe of this design reads the source of the file.")
        tried = importing.try_first_records(design=design, entity=entity, found=found)
        if tried is None:
            self.stdout.write("Its recipe takes more than this file: it is not tried here.")
            return
        schema = design.schema.entity(entity)
        least = " or more" if len(tried.rejects) == importing.SHOWN_REJECTS else ""
        self.stdout.write(f"Of the first {tried.records} records, {len(tried.rejects)}{least} would be set aside.")
        for reject in tried.rejects:
            reasons = ", ".join(reason_text(reason, schema) for reason in reject.reasons)
            self.stdout.write(f"Record {reject.row}: {printable(reasons)}")

    def make(self, asked: Asked, note: str) -> None:
        if asked.source is None and not (asked.new.purpose and asked.new.legal_basis):
            raise CommandError("A new source says what its data is for: give --purpose and --legal-basis.")
        source = importing.send_file(
            path=asked.path, settings=asked.settings, source=asked.source, new=asked.new, by=None
        )
        if importing.is_collected(source):
            self.stderr.write(f"{source.slug}: this file is collected already.")
        else:
            self.collect_file(source)
        dataset = self.designed(asked, source)
        try:
            asked_for = request_build(dataset=dataset, by=None, trigger=Trigger.COMMAND, note=note)
        except RuleViolation as refusal:
            raise CommandError(f"{refusal.message} Import the file again afterwards: nothing is lost.") from refusal
        state = self.build(asked_for)
        if state not in PUBLISHED:
            raise CommandError(f"Not published: {dataset.slug}", returncode=HELD if state == BuildState.HELD else 1)
        if state == BuildState.UNCHANGED:
            self.stdout.write(f"{dataset.slug}: nothing changed, readers have these rows already.")

    def collect_file(self, source: Source) -> None:
        run = request_run(source=source, by=None, trigger=Trigger.COMMAND, is_full=True)
        self.collect(run)
        run.refresh_from_db()
        if run.state != RunState.SUCCEEDED:
            raise CommandError(f"Not collected: {source.slug}", returncode=HELD if run.state == RunState.HELD else 1)

    def designed(self, asked: Asked, source: Source) -> Dataset:
        """The dataset as it was asked for."""
        if asked.dataset:
            return change_design(dataset=asked.dataset, design=asked.design, by=None) if asked.design else asked.dataset
        design = asked.design
        if design is None:
            found = preview(kind=source.kind, config=source.config, limit=1)
            design = _design(asked, found, source=source.slug)
        return create_dataset(name=asked.new.name, slug=asked.slug, design=design, by=None)


def _asked(options: dict[str, Any]) -> Asked:
    """Raises CommandError, RuleViolation."""
    path, slug = options["file"], options["dataset"]
    if not path.is_file():
        raise CommandError(f"No such file: {path}")
    if slugify(slug) != slug:
        raise CommandError(f"“{slug}” is no identifier: lower-case letters without accents, digits and hyphens.")
    dataset = Dataset.objects.filter(slug=slug).first()
    new = importing.NewSource(
        slug=options["source"] or slug,
        name=options["name"] or slug,
        purpose=options["purpose"],
        legal_basis=options["legal_basis"],
    )
    given = options["source"] if dataset else new.slug
    return Asked(
        path=path,
        slug=slug,
        dataset=dataset,
        source=importing.source_of(dataset=dataset, slug=given, entity=options["entity"]),
        entity=options["entity"] or to_entity_name(slug),
        settings=dict(_setting(text) for text in options["set"]),
        design=_read(options["design"]) if options["design"] else None,
        new=new,
    )


def _told(refusal: SourceRefused) -> str:
    said = [f"{name.removeprefix('config.')}: {words}" for name, words in refusal.fields.items()]
    return "\n".join(said) or str(refusal.message)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"“{text}” is no setting: write name=value.")
    return name, value


def _read(path: Path) -> Design:
    try:
        return read_design(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The design cannot be read: {error}") from error
    except Unreadable as refusal:
        raise CommandError("\n".join(refusal.faults)) from refusal


def _design(asked: Asked, found: Preview, *, source: str) -> Design:
    """The one that was given, that of the dataset, or one proposed from the columns of the file."""
    if asked.design:
        return asked.design
    if asked.dataset:
        return design_of(asked.dataset)
    return importing.propose_design(source=source, entity=asked.entity, found=found)
