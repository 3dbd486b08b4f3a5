"""Where the reports of a model are posted, and by which token."""

from django import forms
from django.utils.translation import gettext_lazy

from apps.inference.models import Model


class ForgeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = Model
        fields = ["forge_url", "forge_token"]
        help_texts = {
            "forge_url": gettext_lazy("That of GitLab, or of the API of GitHub: https://api.github.com"),
            "forge_token": gettext_lazy(
                "For GitLab, a project access token, role Reporter, scope api; for GitHub, one that may write pull "
                "requests. It is sent to this address and to no other."
            ),
        }
