"""`manage.py import_data`: a ready file becomes a version, by the same doors as anything else."""

from io import StringIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from apps.collection.enums import SourceState
from apps.collection.models import Run, Source, StoredFile
from apps.datasets.models import Build, Dataset
from apps.datasets.requesting import request_build
from tests.collection.connectors.workbooks import xlsx
from tests.datasets.factories import GRENOBLE, make_dataset, rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lake_folder", "no_table_left")]

TOWNS = "Code;Nom;Population\n38185;Grenoble;158 198\n38563;Voiron;20 248\n"
RIGHT = ("--purpose", "Know the towns", "--legal-basis", "public_task")


@pytest.fixture
def towns(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text(TOWNS, encoding="utf-8")
    return path


def run(*arguments):
    """What the command says, and its complaint with its exit code if it fails."""
    out = StringIO()
    try:
        call_command("import_data", *map(str, arguments), stdout=out, stderr=StringIO())
    except CommandError as complaint:
        return out.getvalue(), str(complaint), complaint.returncode
    return out.getvalue(), "", 0


def rows(slug="towns"):
    return list(rows_of(Dataset.objects.get(slug=slug).current_version).values_list("code", "nom", "population"))


def test_a_file_becomes_a_dataset_that_is_published(towns):
    out, complaint, code = run(towns, "towns", "--name", "Towns", "--note", "From the census.", *RIGHT)

    dataset, source = Dataset.objects.get(), Source.objects.get()
    assert (complaint, code) == ("", 0)
    assert out.splitlines() == [
        "towns: succeeded, 2 rows, 0 rejected.",
        "towns: published, version 1, 2 rows, 0 rejected.",
    ]
    assert (dataset.name, dataset.current_version.note) == ("Towns", "From the census.")
    assert (source.slug, source.state, source.purpose) == ("towns", SourceState.OPEN, "Know the towns")
    assert rows() == [(38185, "Grenoble", 158198), (38563, "Voiron", 20248)]


def test_the_same_file_again_changes_nothing_and_says_so(towns, tmp_path):
    run(towns, "towns", *RIGHT)
    renamed = towns.rename(tmp_path / "renamed.csv")

    out, _complaint, code = run(renamed, "towns")

    assert code == 0
    assert out.splitlines()[-1] == "towns: nothing changed, readers have these rows already."
    assert (Run.objects.count(), Dataset.objects.get().versions.count()) == (1, 1)


def test_another_file_is_the_next_version(towns):
    run(towns, "towns", *RIGHT)
    towns.write_text(TOWNS + "38421;Saint-Martin;39 000\n", encoding="utf-8")

    out, _complaint, _code = run(towns, "towns")

    assert "published, version 2, 3 rows" in out
    assert len(rows()) == 3


def test_whatever_the_file_connector_reads_is_imported(tmp_path):
    pq.write_table(pa.table({"Code": ["38185"], "Nom": ["Grenoble"], "Population": [158198]}), tmp_path / "t.parquet")

    out, _complaint, _code = run(tmp_path / "t.parquet", "towns", *RIGHT)

    assert "published, version 1, 1 rows" in out
    assert rows()[0][1:] == ("Grenoble", 158198)


def test_a_setting_corrects_what_is_detected(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text("The towns of the valley\n" + TOWNS, encoding="utf-8")

    run(path, "towns", "--set", "skip_lines=1", "--set", "delimiter=semicolon", *RIGHT)

    assert rows()[0][1] == "Grenoble"


def test_a_design_that_is_given_is_that_of_the_dataset(towns, tmp_path):
    design = tmp_path / "design.yaml"
    design.write_text(
        """\
model:
  entities:
    - name: town
      attributes:
        - {name: code, type: text, is_identifier: true, max_length: 5}
        - {name: nom, type: text}
recipes:
  town:
    inputs:
      - source: towns
        steps:
          - {step: map, columns: {code: Code, nom: Nom}}
""",
        encoding="utf-8",
    )

    _out, complaint, _code = run(towns, "towns", "--design", design, *RIGHT)

    assert complaint == ""
    assert Dataset.objects.get().current_version.pinned_schema.main.key == ("code",)


def test_what_was_interrupted_goes_on_where_it_was(towns):
    run(towns, "towns", *RIGHT)
    Dataset.objects.get().versions.all().delete()
    Build.objects.all().delete()

    out, _complaint, code = run(towns, "towns")

    assert (code, Run.objects.count()) == (0, 1)
    assert "published, version 1, 2 rows" in out


# --- Trying ---------------------------------------------------------------------------------------
def test_a_trial_shows_the_rows_and_the_design_proposed_and_makes_nothing(towns):
    out, _complaint, code = run(towns, "towns", "--dry-run")

    assert code == 0
    assert "Grenoble" in out
    assert "Of the first 2 records, 0 would be set aside." in out
    assert "step: map" in out
    assert out.splitlines()[-1] == "Nothing was made."
    assert (Dataset.objects.count(), Source.objects.count(), Run.objects.count()) == (0, 0, 0)


def test_a_trial_says_what_the_recipe_of_the_dataset_would_set_aside(towns):
    run(towns, "towns", *RIGHT)
    towns.write_text(TOWNS + "38421;Saint-Martin;many\n", encoding="utf-8")

    out, _complaint, _code = run(towns, "towns", "--dry-run")

    assert "Of the first 3 records, 1 would be set aside." in out
    assert "Record 3: Population: Not a number (“many”)" in out
    assert Dataset.objects.get().versions.count() == 1


def test_a_trial_says_which_columns_are_missing(towns):
    run(towns, "towns", *RIGHT)
    towns.write_text("Code;Habitants\n38185;1\n", encoding="utf-8")

    _out, complaint, code = run(towns, "towns", "--dry-run")

    assert code == 1
    assert "Nom" in complaint


# --- What is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv", "towns"), "No such file: nowhere.csv"),
        (("{file}", "Mes communes"), "is no identifier"),
        (("{file}", "towns"), "give --purpose and --legal-basis"),
        (("{file}", "towns", "--set", "delimiter", *RIGHT), "is no setting"),
        (("{file}", "towns", "--set", "delimitor=;", *RIGHT), "delimitor"),
        (("{file}", "towns", "--design", "{file}", *RIGHT), "Write the model and the recipes, in one document."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(towns, arguments, said):
    _out, complaint, code = run(*(each.replace("{file}", str(towns)) for each in arguments))

    assert said in complaint
    assert code == 1
    assert (Dataset.objects.count(), Source.objects.count()) == (0, 0)


def test_a_dataset_that_no_file_feeds_is_refused(towns):
    make_dataset(GRENOBLE, slug="towns")

    _out, complaint, _code = run(towns, "towns")

    assert complaint == "No file that was sent feeds “towns”: its recipe reads something else."


def test_a_source_that_is_something_else_is_left_alone(towns):
    make_dataset(GRENOBLE, slug="others")
    other = Source.objects.get().slug

    _out, complaint, _code = run(towns, "towns", "--source", other, *RIGHT)

    assert f"The source “{other}” is not a file that was sent" in complaint


def test_where_several_files_feed_a_dataset_one_must_be_named(towns, tmp_path):
    run(towns, "towns", *RIGHT)
    run(towns, "other-towns", *RIGHT)
    design = tmp_path / "design.yaml"
    design.write_text(
        """\
model:
  entities:
    - {name: town, attributes: [{name: nom, type: text}]}
    - {name: village, attributes: [{name: nom, type: text}]}
recipes:
  town: {inputs: [{source: towns, steps: [{step: map, columns: {nom: Nom}}]}]}
  village: {inputs: [{source: other-towns, steps: [{step: map, columns: {nom: Nom}}]}]}
""",
        encoding="utf-8",
    )
    run(towns, "towns", "--design", design)

    _out, complaint, _code = run(towns, "towns")
    _out, without, code = run(towns, "towns", "--entity", "village")

    assert complaint == "Several files feed “towns”: say which source, of other-towns, towns."
    assert (without, code) == ("", 0)


def test_a_gate_that_is_closed_has_an_exit_code_of_its_own(towns):
    run(towns, "towns", *RIGHT)
    towns.write_text(TOWNS + "38421;Saint-Martin;many\n" * 9, encoding="utf-8")

    _out, complaint, code = run(towns, "towns")

    assert (complaint, code) == ("Not published: towns", 3)
    assert len(rows()) == 2


def test_while_the_dataset_is_built_it_is_said_what_to_do(towns):
    run(towns, "towns", *RIGHT)
    request_build(dataset=Dataset.objects.get(), by=None)

    _out, complaint, code = run(towns, "towns")

    assert code == 1
    assert "This dataset is being built already. Import the file again afterwards: nothing is lost." in complaint


def test_a_file_that_is_not_readable_is_told_in_words(tmp_path):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")

    _out, complaint, code = run(path, "towns", *RIGHT)

    assert code == 1
    assert complaint
    assert not Dataset.objects.exists()
    assert StoredFile.objects.count() == 1


def test_a_workbook_is_imported(tmp_path):
    path = tmp_path / "towns.xlsx"
    path.write_bytes(xlsx([["Code", "Nom", "Population"], ["38185", "Grenoble", 158198], ["38563", "Voiron", 20248]]))

    out, complaint, _code = run(path, "towns", *RIGHT)

    assert complaint == ""
    assert "published, version 1, 2 rows, 0 rejected" in out
    assert [row[1:] for row in rows()] == [("Grenoble", 158198), ("Voiron", 20248)]
