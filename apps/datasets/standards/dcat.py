"""DCAT-AP 3, the vocabulary of European data portals, as JSON-LD (https://semiceu.github.io/DCAT-AP/)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from apps.datasets.enums import Visibility
from apps.datasets.exporting import MEDIA_TYPES, Format
from apps.datasets.models import Dataset
from apps.datasets.reading import Table
from apps.datasets.standards.addresses import dataset_url, export_url

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
ACCESS = "http://publications.europa.eu/resource/authority/access-right/{}"
ACCESSES: Mapping[str, str] = {
    Visibility.PUBLIC: "PUBLIC",
    Visibility.INTERNAL: "NON_PUBLIC",
    Visibility.RESTRICTED: "RESTRICTED",
}
LANGUAGE = "http://publications.europa.eu/resource/authority/language/FRA"


def catalogue(
    datasets: Iterable[tuple[Dataset, Sequence[Table]]], *, address: str, following: str | None
) -> dict[str, Any]:
    """A page of the catalogue: datasets with their tables, each of which is a distribution in each format."""
    page = {
        "@context": CONTEXT,
        "@id": address,
        "@type": "dcat:Catalog",
        "dct:title": settings.ORGANISATION["name"],
        "dct:description": settings.ORGANISATION["name"],
        "dct:publisher": _publisher(),
        "dct:language": {"@id": LANGUAGE},
        "foaf:homepage": {"@id": f"{settings.SITE_URL}/"},
        "dcat:dataset": [_dataset(dataset, tables) for dataset, tables in datasets],
    }
    return page | ({"hydra:next": {"@id": following}} if following else {})


def _dataset(dataset: Dataset, tables: Sequence[Table]) -> dict[str, Any]:
    version = dataset.current_version
    described = {
        "@id": dataset_url(dataset.slug),
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.slug,
        "dct:title": dataset.name,
        "dct:description": dataset.description or dataset.name,
        "dct:publisher": _publisher(),
        "dct:accessRights": {"@id": ACCESS.format(ACCESSES[dataset.visibility])},
        "dct:issued": _instant(dataset.created_at.isoformat()),
        "dcat:landingPage": {"@id": dataset_url(dataset.slug)},
        "dcat:distribution": [_distribution(dataset, table, to) for table in tables for to in Format],
    }
    if version:
        described |= {"dct:modified": _instant(version.published_at.isoformat()), "dcat:version": str(version.number)}
    return described


def _distribution(dataset: Dataset, table: Table, to: Format) -> dict[str, Any]:
    address = export_url(table, to.value)
    distribution: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": f"{table.schema.title} ({to.label})",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": MEDIA_TYPES[to].partition(";")[0],
    }
    return distribution | ({"dct:license": dataset.licence} if dataset.licence else {})


def _publisher() -> dict[str, Any]:
    return {"@type": "foaf:Organization", "foaf:name": settings.ORGANISATION["name"]}


def _instant(written: str) -> dict[str, str]:
    return {"@value": written, "@type": "xsd:dateTime"}
