"""What people say of a service, of a need, of a benchmark."""

from decimal import Decimal
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.collection.forms.configuration import Group
from apps.core.declarations import Text
from apps.inference.adapters import Question, fault_of
from apps.inference.enums import Capability, Judge, PriceUnit
from apps.inference.models import AiService, Need

PRICED = {
    PriceUnit.TOKENS_IN: gettext_lazy("Euros for a million tokens sent"),
    PriceUnit.TOKENS_OUT: gettext_lazy("Euros for a million tokens received"),
    PriceUnit.REQUESTS: gettext_lazy("Euros for a thousand requests"),
}


# What is asked first, then what is folded until it is set: name → (title, fields). Prices follow the limits.
GROUPS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "how": (
        "",
        ("name", "slug", "kind", "capabilities", "url", "remote_model", "own_model", "api_key", "purpose", "is_open"),
    ),
    "plain": (gettext_lazy("Plain HTTP: what is sent, where the answer is"), ("template", "answer_path")),
    "limits": (
        gettext_lazy("Limits and prices"),
        (
            "timeout_s",
            "requests_per_minute",
            "monthly_cap_eur",
            *(f"price_{unit.value}" for unit in PRICED),
        ),
    ),
    "data": (
        gettext_lazy("Where what is sent goes, and what is sent"),
        ("provider", "hosting", "transfers", "data_involved"),
    ),
    "use": (gettext_lazy("Access, installation, terms of use"), ("access", "installation", "prerequisites", "terms")),
    "footprint": (gettext_lazy("Eco-responsibility"), ("eco_design", "energy_wh", "energy_source")),
}


class AiServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    template_name = "forms/grouped.html"

    capabilities = forms.MultipleChoiceField(
        label=gettext_lazy("What it does"), choices=Capability.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = AiService
        fields = [
            "name",
            "slug",
            "kind",
            "capabilities",
            "url",
            "remote_model",
            "own_model",
            "api_key",
            "template",
            "answer_path",
            "is_open",
            "timeout_s",
            "requests_per_minute",
            "monthly_cap_eur",
            *AiService.SHEET,
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = {}
        if self.instance.pk:
            in_force = {price.unit: price.eur for price in reversed(self.instance.prices.all())}
        for unit, label in PRICED.items():
            self.fields[f"price_{unit.value}"] = forms.DecimalField(
                label=label,
                min_value=Decimal(),
                max_digits=12,
                decimal_places=4,
                required=False,
                initial=in_force.get(unit),
            )
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            if isinstance(field.widget, forms.Select):
                field.widget.choices = [(value, label if value else "–") for value, label in field.widget.choices]

    @property
    def groups(self) -> list[Group]:
        return [
            Group(
                name=name,
                title=title,
                fields=[self[each] for each in fields],
                is_open=any(self[each].errors or self._is_set(each) for each in fields),
            )
            for name, (title, fields) in GROUPS.items()
        ]

    def _is_set(self, name: str) -> bool:
        """Whether it says something else than what is said of any service."""
        usual = getattr(AiService(), name, None)
        said = self[name].value()
        return said not in (None, "", usual) and str(said) != str(usual)

    @property
    def prices(self) -> dict[PriceUnit, Decimal | None]:
        return {unit: self.cleaned_data.get(f"price_{unit.value}") for unit in PRICED}


class NeedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """The sheet of a need; its functions and cases are written as YAML, which is read and copied more easily than many
    small fields."""

    functions = forms.CharField(
        label=gettext_lazy("Functions and cases"),
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "YAML: for each function its name, its capability (chat, embed, classify, predict), its options, and its "
            "cases: what is given, the answer expected, how it is judged (same, contains, fields, number, nearest)."
        ),
    )

    class Meta:
        model = Need
        fields = [
            "name",
            "slug",
            "objectives",
            "context",
            "constraints",
            "hosting",
            "min_quality",
            "max_p99_s",
            "max_cost_eur",
        ]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in ("objectives", "context", "constraints")}

    def clean_functions(self) -> list[dict[str, Any]]:
        try:
            functions = yaml.safe_load(self.cleaned_data["functions"])
        except yaml.YAMLError as error:
            line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
            raise ValidationError(_("This is not YAML: line %(line)s.") % {"line": line}) from None
        if faults := _faults_of(functions):
            raise ValidationError(faults)
        return list(functions)


class BenchmarkForm(forms.Form):
    """Which services are studied, and why the others are not."""

    services = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Services to study"),
        queryset=AiService.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each case is asked of each of them, and is paid."),
    )
    set_aside = forms.CharField(
        label=gettext_lazy("Services set aside"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=gettext_lazy("One a line: its name, a colon, why it is not studied."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["services"].queryset = AiService.objects.filter(is_open=True)  # type: ignore[attr-defined]  # of a field of choices

    def clean_set_aside(self) -> dict[str, str]:
        found = {}
        for number, line in enumerate(self.cleaned_data["set_aside"].splitlines(), 1):
            name, colon, reason = (part.strip() for part in line.partition(":"))
            if not line.strip():
                continue
            if not (name and colon and reason):
                raise ValidationError(_("Line %(line)s: say a name, a colon, and the reason.") % {"line": number})
            found[name] = reason
        return found


class ConclusionForm(forms.Form):
    conclusion = forms.CharField(
        label=gettext_lazy("Conclusion"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("What is decided, and what the figures do not say."),
    )


def _faults_of(functions: object) -> list[Text]:
    """All that is wrong in what was written, each with its place."""
    if not isinstance(functions, list) or not functions:
        return [_("Write a list of functions: see the help.")]
    faults: list[Text] = []
    names: set[str] = set()
    for rank, each in enumerate(functions, 1):
        where = _("Function %(rank)s: ") % {"rank": rank}
        if not isinstance(each, dict) or not each.get("name"):
            faults.append(where + _("it has no name."))
            continue
        if str(each["name"]) in names:
            faults.append(where + _("another has this name."))
        names.add(str(each["name"]))
        faults += [where + fault for fault in _faults_of_function(each)]
    return faults


def _faults_of_function(function: dict[str, Any]) -> list[str]:
    if function.get("capability") not in Capability.values:
        return [_("its capability is one of %(all)s.") % {"all": ", ".join(Capability.values)}]
    options, cases = function.get("options") or {}, function.get("cases") or []
    if not isinstance(options, dict):
        return [_("its options are a mapping.")]
    if not isinstance(cases, list):
        return [_("its cases are a list.")]
    function |= {"options": options, "cases": cases}
    faults = []
    capability = Capability(function["capability"])
    if capability == Capability.CLASSIFY and not options.get("labels"):
        faults.append(_("a choice among labels needs “labels” in its options."))
    for rank, case in enumerate(cases, 1):
        if fault := _fault_of_case(case, capability):
            faults.append(_("case %(rank)s: ") % {"rank": rank} + fault)
    return faults


def _fault_of_case(case: object, capability: Capability) -> str:
    if not isinstance(case, dict) or not isinstance(case.get("given"), dict) or "expected" not in case:
        return _("say what is “given” and what is “expected”.")
    if fault := fault_of(Question(capability=capability, given=case["given"])):
        return f"{fault}."
    if case.setdefault("judge", Judge.SAME.value) not in Judge.values:
        return _("it is judged by one of %(all)s.") % {"all": ", ".join(Judge.values)}
    return ""
