"""How every form of the site is written: label, help, error, control, in this order, tied together for those who
listen to the page. Markup is in `templates/forms/`; the administration keeps its own and shares the rest."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class AccessibleBoundField(BoundField):
    @property
    def use_fieldset(self) -> bool:
        # Django groups a file with its “clear” box, which leaves the file input itself without a name.
        return super().use_fieldset and not isinstance(self.field.widget, forms.FileInput)

    @property
    def is_choice_list(self) -> bool:
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

    @property
    def is_single_box(self) -> bool:
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def shows_optional(self) -> bool:
        return not (self.field.required or self.field.disabled or self.is_single_box)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if isinstance(widget, forms.PasswordInput) and "autocomplete" not in widget.attrs:
            # A secret that a field asks for is not the reader's own password: no browser should offer that one.
            attrs["autocomplete"] = "off"
        return attrs


class Renderer(TemplatesSetting):
    """The project's form renderer (setting FORM_RENDERER)."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = AccessibleBoundField


class DateInput(forms.DateInput):
    """The browser's own date picker. It takes and gives ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
