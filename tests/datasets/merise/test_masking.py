"""A model and its tables without what somebody may not know of: nothing that is left says anything false."""

from apps.datasets.merise.logical import to_logical
from apps.datasets.merise.masking import mask_model, mask_schema
from apps.datasets.merise.notation import read

MODEL = read(
    "PATIENT: dossier [INTEGER], nom\nVISITE: patient [INTEGER], _jour [DATE], motif\nCONCERNER, 11 VISITE, 0N PATIENT"
)


def hiding(*places):
    return lambda owner, column: (owner, column) in places


def test_a_foreign_key_goes_with_its_column():
    masked = mask_schema(to_logical(MODEL), hiding(("visite", "patient_dossier")))

    visits = masked.entity("visite")
    assert "patient_dossier" not in visits.names
    assert visits.foreign_keys == ()


def test_a_key_that_lost_a_column_is_no_longer_one_but_must_still_be_filled():
    visits = mask_schema(to_logical(MODEL), hiding(("visite", "patient"))).entity("visite")

    assert visits.key == ()
    assert visits.column("jour").must_be_filled


def test_identifiers_are_shown_whole_or_not_at_all():
    masked = mask_model(MODEL, to_logical(MODEL), hiding(("visite", "patient")))

    assert [each.name for each in masked.entity("visite").attributes] == ["jour", "motif"]
    assert masked.entity("visite").identifiers == ()


def test_nothing_hidden_leaves_all_as_it_is():
    schema = to_logical(MODEL)

    assert mask_schema(schema, hiding()) == schema
    assert mask_model(MODEL, schema, hiding()) == MODEL
