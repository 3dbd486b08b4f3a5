"""Conceptual models without fault, of every kind of association."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from apps.datasets.enums import ColumnType, PersonalData
from apps.datasets.merise.document import Association, Attribute, Cardinality, DataModel, Entity, Leg
from apps.datasets.merise.faults import faults

few = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])

MANY = st.sampled_from([Cardinality.ZERO_MANY, Cardinality.ONE_MANY])
NEVER = st.just(False)
# Few words, so that names meet: an attribute called like an entity, a role like an attribute.
WORDS = ["agent", "code", "site", "site_code", "number", "date", "name", "agent_number", "df", "rank2", "id_site"]
LABELS = st.sampled_from(["", "", "Libellé", "N° 2", "a, b: [c]", "agent"])


@st.composite
def attributes(draw, *, is_identifier: bool, names=WORDS):
    type_ = draw(st.sampled_from(ColumnType))
    return Attribute(
        name=draw(st.sampled_from(names)),
        label=draw(LABELS),
        type=type_,
        is_identifier=is_identifier,
        is_required=draw(st.booleans()),
        is_unique=draw(st.booleans()),
        is_indexed=draw(st.booleans()),
        max_length=draw(st.sampled_from([0, 20])) if type_ == ColumnType.TEXT else 0,
        digits=draw(st.sampled_from([18, 9])) if type_ == ColumnType.DECIMAL else 18,
        personal_data=draw(st.sampled_from(PersonalData)),
    )


def several(draw, *, identifiers: tuple[int, int], others: int):
    own = draw(st.lists(attributes(is_identifier=True), min_size=identifiers[0], max_size=identifiers[1]))
    more = draw(st.lists(attributes(is_identifier=False), max_size=others))
    return tuple({each.name: each for each in reversed([*own, *more])}.values())[::-1]


@st.composite
def legs(draw, entity: str, cardinalities, *, rank: int, determined=NEVER):
    return Leg(
        entity=entity,
        cardinality=draw(cardinalities),
        role=f"role_{rank}",
        is_determined=draw(determined),
    )


@st.composite
def associations(draw, name: str, entities: list[str]):
    count = draw(st.integers(2, 4))
    chosen = [draw(st.sampled_from(entities)) for _ in range(count)]
    kind = draw(st.sampled_from(["many", "single", "table", "determined"]))
    if kind == "determined" and count > 2:
        parts = [draw(legs(each, MANY, rank=n, determined=st.booleans())) for n, each in enumerate(chosen)]
    elif kind in {"single", "table"}:
        first = draw(legs(chosen[0], st.sampled_from([Cardinality.ZERO_ONE, Cardinality.ONE_ONE]), rank=0))
        parts = [
            first,
            *(draw(legs(each, st.sampled_from(Cardinality), rank=n + 1)) for n, each in enumerate(chosen[1:])),
        ]
    else:
        parts = [draw(legs(each, MANY, rank=n)) for n, each in enumerate(chosen)]
    has_key = kind not in {"single"}
    own = several(draw, identifiers=(0, 1 if has_key else 0), others=2)
    return Association(name=name, label=draw(LABELS), legs=tuple(parts), attributes=own, is_table=kind == "table")


@st.composite
def models(draw):
    names = [f"entity_{n}" if n else "agent" for n in range(draw(st.integers(1, 4)))]
    entities = [
        Entity(
            name=name,
            label=draw(LABELS),
            description=draw(LABELS),
            attributes=several(draw, identifiers=(1, 2), others=3),
        )
        for name in names
    ]
    dependencies = draw(st.integers(0, 4))
    links = [
        draw(associations(f"link_{number}" if number < dependencies else f"df_{number}".removesuffix("_0"), names))
        for number in range(draw(st.integers(0, 4)))
    ]
    # Weak entities borrow from those that come before them, so that none borrows from itself.
    for rank in draw(st.sets(st.integers(1, 3), max_size=2)):
        if rank < len(names):
            weak = Leg(entity=names[rank], cardinality=Cardinality.ONE_ONE, is_identifying=True)
            strong = Leg(entity=names[rank - 1], cardinality=draw(st.sampled_from(Cardinality)))
            links.append(Association(name=f"weak_{rank}", legs=(weak, strong)))
    model = DataModel(entities=tuple(entities), associations=tuple(links))
    assert not faults(model), [str(fault) for fault in faults(model)]
    return model
