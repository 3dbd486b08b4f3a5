"""The twin of the task `index_texts`."""

from typing import Any

from django.core.management.base import BaseCommand, no_translations

from apps.datasets.indexing import index_texts


class Command(BaseCommand):
    help = "Index the texts of published versions that are not indexed yet, so that searching them is fast."

    @no_translations  # the terminal speaks one language, that of the README
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_texts()} tables indexed.")
