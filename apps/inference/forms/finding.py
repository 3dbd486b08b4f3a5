"""Finding a service among those that one may ask."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.interface import Viewer
from apps.inference.models import Model

LONGEST_WORDS = 100


class CatalogueForm(forms.Form):
    """By GET; what is not valid is said, and filters nothing."""

    q = forms.CharField(
        label=_("Words of its name or of what it is for"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def asked(self, viewer: Viewer) -> QuerySet[Model]:
        """Those in service for this person that have all the words."""
        found: QuerySet[Model] = Model.objects.usable_by(viewer).filter(archived_at=None)
        for word in self.words:
            found = found.filter(Q(name__icontains=word) | Q(purpose__icontains=word) | Q(description__icontains=word))
        return found.order_by("name", "pk")

    @property
    def words(self) -> list[str]:
        return self.cleaned_data["q"].split() if self.is_valid() else []
