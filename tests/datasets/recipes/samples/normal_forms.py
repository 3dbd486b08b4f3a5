"""Steps that write what identifies in one way: addresses, phone numbers, places, companies; pseudonyms."""

import hmac

from apps.datasets.enums import ColumnType
from tests.datasets.recipes.samples.sample import KEY, Sample, in_column

NBSP, NARROW = "\u00a0", "\u202f"
TEXT = ColumnType.TEXT


def digest(text: str) -> str:
    return hmac.new(KEY, text.encode(), "sha256").hexdigest()


SAMPLES: dict[str, Sample] = {
    "normalize_email": in_column(
        TEXT,
        {"step": "normalize_email"},
        {
            " Ada.Lovelace+x@Example.ORG ": "ada.lovelace+x@example.org",
            "mailto:a@b-c.fr": "a@b-c.fr",
            "a@b": "<not_an_email>",
            "a b@c.fr": "<not_an_email>",
            "a@b.fr, c@d.fr": "<not_an_email>",
            "a@-b.fr": "<not_an_email>",
            "é@b.fr": "<not_an_email>",
            " ": None,
        },
    ),
    "normalize_phone": in_column(
        TEXT,
        {"step": "normalize_phone"},
        {
            "01 23 45 67 89": "+33123456789",
            "01.23-45/67\u201189": "+33123456789",
            "+33 (0)6 12 34 56 78": "+33612345678",
            "0033612345678": "+33612345678",
            "+330612345678": "+33612345678",
            "0690 12 34 56": "+590690123456",
            "0692123456": "+262692123456",
            "+262 692 12 34 56": "+262692123456",
            "+44 20 7946 0958": "+442079460958",
            "+1 (202) 555-0143": "+12025550143",
            "12 34 56": "<not_a_phone_number>",
            "0123": "<not_a_phone_number>",
            "+33 1 23 45": "<not_a_phone_number>",
            "01 23 45 67 89 poste 3": "<not_a_phone_number>",
            "0012": "<not_a_phone_number>",
            "-": "<not_a_phone_number>",
            f"{NBSP}": None,
            None: None,
        },
    ),
    "normalize_postal_code": in_column(
        TEXT,
        {"step": "normalize_postal_code"},
        {
            "75 001": "75001",
            "1000": "01000",
            "F-69003": "69003",
            "20090": "20090",
            "97400": "97400",
            "98800": "98800",
            "96000": "<not_a_postal_code>",
            "2A004": "<not_a_postal_code>",
            "750011": "<not_a_postal_code>",
            "100": "<not_a_postal_code>",
            "": None,
        },
    ),
    "normalize_commune": in_column(
        TEXT,
        {"step": "normalize_commune"},
        {
            "St-Étienne CEDEX 2": "SAINT ETIENNE",
            "Ste Foy lès Lyon": "SAINTE FOY LES LYON",
            "Châlon s/ Saône": "CHALON SUR SAONE",
            "L'Haÿ-les-Roses": "L HAY LES ROSES",
            "Paris 12e": "PARIS",
            "PARIS-15EME ARRONDISSEMENT": "PARIS",
            "Lyon 3ème arrdt": "LYON",
            "Lyon cedex 03": "LYON",
            "Marseille 08": "MARSEILLE",
            "Bourg St. Maurice": "BOURG SAINT MAURICE",
            "Nœux-les-Mines": "NOEUX LES MINES",
            "Ville 12": "VILLE 12",
            " ": None,
            None: None,
        },
    ),
    "normalize_siren": in_column(
        TEXT,
        {"step": "normalize_siren"},
        {
            "732 829 320": "732829320",
            "356.000.000": "356000000",
            "732829321": "<not_a_company_number>",
            "73282932": "<not_a_company_number>",
            "7328293200": "<not_a_company_number>",
            "73282932O": "<not_a_company_number>",
            "": None,
        },
    ),
    "normalize_siret": in_column(
        TEXT,
        {"step": "normalize_siret"},
        {
            "732 829 320 00074": "73282932000074",
            f"732829320{NARROW}00074": "73282932000074",
            "35600000000048": "35600000000048",
            "35600000049837": "35600000049837",
            "35600000049838": "<not_a_company_number>",
            "73282932000075": "<not_a_company_number>",
            "7328293200007": "<not_a_company_number>",
            None: None,
        },
    ),
    "pseudonymise": in_column(
        TEXT,
        {"step": "pseudonymise"},
        {
            "Ada Lovelace": digest("Ada Lovelace"),
            f" é😀{NBSP}": digest("é😀"),
            "x" * 200: digest("x" * 200),
            " ": None,
            None: None,
        },
    ),
}
