"""The first page of the world: what each source is, where it is, how it is entered, what is wrong in it."""

from html import escape

from apps.collection.world.building import CURRENT, LEDGER, World
from apps.collection.world.ledger import Kind, Source
from apps.collection.world.serving import api, files, site
from apps.collection.world.serving.pages import page, table
from apps.collection.world.serving.tokens import CLIENT_ID, CLIENT_SECRET, LIFETIME_S
from apps.collection.world.stores.postgres import READER, READER_PASSWORD, SCHEMA
from apps.collection.world.town import TOWN

TITLE = "Le monde de démonstration"
_NAMES = {
    Source.API: "L’API des signalements récents",
    Source.EXPORTS: "Les exports mensuels, plus anciens",
    Source.SITE: "Le site public : travaux et arrêtés",
    Source.DATABASE: "La base des services techniques",
    Source.LAKE: "Le lac des capteurs",
}

_FAULTS = {
    Kind.DUPLICATE_ACROSS: "le même signalement dans l’API et dans un export, un peu différent",
    Kind.DUPLICATE_WITHIN: "le même signalement deux fois, sous deux références",
    Kind.TYPO: "faute de frappe",
    Kind.UNPARSABLE_DATE: "date illisible",
    Kind.IMPOSSIBLE_DATE: "date qui n’existe pas",
    Kind.SERVICE_VARIANT: "nom de service mal écrit",
    Kind.WRONG_SERVICE: "signalement classé dans un autre service que le bon",
    Kind.NUMBER_FORMAT: "nombre écrit avec l’autre séparateur décimal",
    Kind.MISSING_VALUE: "valeur obligatoire absente",
    Kind.OUTLIER: "valeur aberrante",
    Kind.BROKEN_ENCODING: "accents abîmés par un mauvais encodage",
    Kind.UNDECODABLE_BYTE: "octet que Windows-1252 n’a pas",
    Kind.EXTRA_CELL: "ligne qui a une cellule de trop",
    Kind.TEST_ENTRY: "saisie d’essai oubliée",
    Kind.ORPHAN_KEY: "clé étrangère qui ne mène à rien",
    Kind.REVERSED_DATES: "fin avant le début",
}


def home(world: World, base: str, *, exports: list[str]) -> str:
    """The page, for who knows the world under the address `base`."""
    sections = "".join(
        f'<section id="{source}"><h2>{_NAMES[source]}</h2>{told}{_faults(world, source)}</section>'
        for source, told in _told(world, base, exports).items()
    )
    scale = f"{world.scale:,}".replace(",", "\u202f")
    story = (
        f"<p>{TOWN} est une commune imaginaire. Ses habitants signalent ce qui ne va pas, ses services y répondent, "
        "et cinq systèmes en gardent chacun une part, avec les défauts que l’on trouve partout. Les mêmes références, "
        f"voies et agents s’y retrouvent.</p><p>{scale} signalements, tirés de la graine {world.seed}. "
        f'Chaque défaut planté est dans le <a href="/{LEDGER}">registre des défauts</a> : sa nature, sa place, '
        "ce qui devrait y être.</p>"
    )
    return page(TITLE, story + sections, navigation=[(f"#{source}", name) for source, name in _NAMES.items()])


def _told(world: World, base: str, exports: list[str]) -> dict[Source, str]:
    lake = world.folder.parents[1] / CURRENT / Source.LAKE
    return {
        Source.API: _facts(
            ("Adresse", f"{base}{api.REPORTS}"),
            ("Pages", f"page_size jusqu’à {api.MAX_PAGE_SIZE}, la suivante dans « suivant » et dans l’en-tête Link"),
            ("Depuis la dernière fois", "updated_since=2026-09-01T00:00:00Z"),
            ("Jeton", f"{base}/oauth/token, client_credentials, {LIFETIME_S} secondes"),
            ("Client", CLIENT_ID),
            ("Secret", CLIENT_SECRET),
            ("Humeur", "une réponse 429 de temps en temps, avec Retry-After"),
        ),
        Source.EXPORTS: f'<p><a href="{files.EXPORTS}">Liste des {len(exports)} fichiers</a></p>'
        + _facts(
            ("Adresse", f"{base}{files.EXPORTS}signalements-AAAA-MM.csv"),
            ("Format", "Windows-1252, points-virgules, jj/mm/aaaa hh:mm, virgule décimale ; .gz avant octobre 2024"),
        ),
        Source.SITE: f'<p><a href="{site.ROOT}">Travaux et arrêtés</a>, <a href="/robots.txt">robots.txt</a>, '
        '<a href="/sitemap.xml">sitemap.xml</a></p>'
        + _facts(("Interdit aux robots", site.CLOSED_AREA), ("Délai entre deux pages", f"{site.CRAWL_DELAY_S} s")),
        Source.DATABASE: f'<p><a href="{files.DATABASE}">Télécharger le fichier SQLite</a></p>'
        + _facts(
            ("Fichier", str(world.folder.parents[1] / CURRENT / files.DATABASE[1:])),
            ("PostgreSQL, avec --database-url", f"schéma {SCHEMA}, rôle {READER}, mot de passe {READER_PASSWORD}"),
        ),
        Source.LAKE: _facts(("Dossier", str(lake)), ("Partitions", "year=AAAA/month=MM, Parquet")),
    }


def _facts(*facts: tuple[str, str]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(n)}</dt><dd><code>{escape(v)}</code></dd>" for n, v in facts) + "</dl>"


def _faults(world: World, source: Source) -> str:
    rows = [(_FAULTS[kind], str(count)) for kind, count in world.faults[source].items()]
    return table("Défauts plantés", ["Nature", "Nombre"], rows)
