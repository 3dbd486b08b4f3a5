"""Where what the standards tell of is found."""

from django.conf import settings
from django.urls import reverse

from apps.datasets.reading import Table


def dataset_url(slug: str) -> str:
    """The page of a dataset, which is its name on the Web too."""
    return f"{settings.SITE_URL}{reverse('datasets:dataset', args=[slug])}"


def export_url(table: Table, to: str = "csv") -> str:
    path = reverse("api-dataset-entity-export", args=[table.version.dataset.slug, table.schema.name])
    return f"{settings.SITE_URL}{path}?format={to}"
