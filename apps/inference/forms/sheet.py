"""What a model is called, what it is for, who may use it. It is saved by an act."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.inference.declaring import possible_owners
from apps.inference.models import Model


class SheetForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = Model
        fields = ["name", "description", "purpose", "limits", "contact", "risk", "audience"]
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "purpose": forms.Textarea(attrs={"rows": 3}),
            "limits": forms.Textarea(attrs={"rows": 3}),
            "contact": forms.EmailInput(attrs={"autocomplete": "off"}),
        }
        help_texts = {
            "purpose": gettext_lazy("Read by whoever uses it."),
            "limits": gettext_lazy("What it must not be used for, and where it does badly. Read by whoever uses it."),
        }


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    def label_from_instance(self, person: User) -> str:
        return f"{person.name} ({person.email})" if person.name else person.email


class ChangedSheetForm(SheetForm):
    """Also whom it belongs to: a model that a project declared belongs to nobody at first."""

    owner = OwnerField(
        queryset=None,
        label=gettext_lazy("Owner"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy(
            "Written to when a training goes wrong, a review is asked for, or what it is asked drifts."
        ),
    )

    class Meta(SheetForm.Meta):
        fields = [*SheetForm.Meta.fields, "owner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = possible_owners()  # type: ignore[attr-defined]  # a choice among rows


class NewSheetForm(SheetForm):
    """Its address is said once, and never changes."""

    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("Small letters, digits and hyphens; made from the name if you leave it empty."),
    )

    field_order = ["name", "slug"]

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        given["slug"] = given.get("slug") or slugify(str(given.get("name", "")))[:50].strip("-")
        if not given["slug"] and "name" in given:
            self.add_error("slug", _("No address can be made from this name: write one."))
        elif Model.objects.filter(slug=given["slug"]).exists():
            self.add_error("slug", _("Another model has this address."))
        return given
