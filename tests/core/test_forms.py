"""Forms: every field is labelled, explained and corrected in words that are tied to its control."""

import pytest
from django import forms
from django.utils import translation

from apps.core.forms import DateInput
from tests.core.rendering import XSS, Page, include


class SampleForm(forms.Form):
    name = forms.CharField(help_text="Short.")
    note = forms.CharField(required=False, widget=forms.Textarea)
    secret = forms.CharField(widget=forms.PasswordInput)
    own_password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    since = forms.DateField(widget=DateInput, initial="2026-11-19")
    file = forms.FileField(required=False, help_text="CSV.")
    color = forms.ChoiceField(choices=[("r", "Red"), ("b", "Blue")], widget=forms.RadioSelect, help_text="One.")
    sizes = forms.MultipleChoiceField(choices=[("s", "Small")], widget=forms.CheckboxSelectMultiple, required=False)
    agreed = forms.BooleanField()
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def page(*args, **kwargs):
    return Page(str(SampleForm(*args, **kwargs)))


def control(shown, name):
    return next(a for tag, a, _w in shown.elements if tag in {"input", "textarea", "select"} and a.get("name") == name)


def test_every_control_has_a_label_of_its_own():
    shown = page()

    labelled = {label["for"] for label in shown.all("label")}
    controls = [a for a in [*shown.all("input"), *shown.all("textarea")] if a.get("type") != "hidden"]
    assert controls
    assert all(a["id"] in labelled for a in controls)


def test_help_and_error_describe_their_control():
    shown = page({"name": ""})

    assert control(shown, "name")["aria-describedby"] == "id_name_helptext id_name_error"
    ids = [a.get("id") for _tag, a, _w in shown.elements]
    assert "id_name_helptext" in ids
    assert "id_name_error" in ids


def test_label_help_error_and_control_come_in_this_order():
    html = str(SampleForm({"name": ""})["name"].as_field_group())

    marks = [html.index(mark) for mark in ("<label", "_helptext", "_error", "<input")]
    assert marks == sorted(marks)


def test_a_wrong_answer_is_marked_invalid_and_its_error_says_the_word():
    shown = page({"name": ""})

    assert control(shown, "name")["aria-invalid"] == "true"
    assert "Error: This field is required." in shown.texts("p")


def test_only_what_may_be_left_out_says_so():
    shown = page()

    assert "Note (optional)" in shown.texts("label")
    assert "Name" in shown.texts("label")
    assert "Sizes (optional)" in shown.texts("legend")
    assert "Agreed" in shown.texts("label")


def test_choices_are_grouped_under_a_legend_that_carries_the_help():
    shown = page()

    assert "Color" in shown.texts("legend")
    group = next(a for a in shown.all("fieldset") if a.get("aria-describedby"))
    assert group["aria-describedby"] == "id_color_helptext"


def test_a_file_is_labelled_rather_than_grouped():
    shown = page()

    assert "File (optional)" in shown.texts("label")
    assert control(shown, "file")["aria-describedby"] == "id_file_helptext"


def test_no_browser_fills_a_secret_with_the_readers_own_password():
    shown = page()

    assert control(shown, "secret")["autocomplete"] == "off"
    assert control(shown, "own_password")["autocomplete"] == "current-password"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_date_is_given_to_the_browser_in_iso_whatever_the_language(language):
    with translation.override(language):
        shown = page(initial={"since": __import__("datetime").date(2026, 11, 19)})

    assert control(shown, "since")["type"] == "date"
    assert control(shown, "since")["value"] == "2026-11-19"


def test_hidden_fields_are_there_without_a_label():
    shown = page()

    assert control(shown, "token")["type"] == "hidden"
    assert "id_token" not in {label["for"] for label in shown.all("label")}


def test_the_summary_links_each_error_to_its_control():
    form = SampleForm({"name": ""})

    summary = Page(include("error_summary", form=form))

    targets = {link["href"] for link in summary.all("a")}
    ids = {f"#{a.get('id')}" for _tag, a, _w in Page(str(form)).elements}
    assert "#id_name" in targets
    assert targets <= ids
    assert summary.all("div")[0]["role"] == "alert"


def test_the_summary_tells_the_errors_that_belong_to_no_field():
    form = SampleForm({})
    form.add_error(None, "The two dates are the same.")

    assert "The two dates are the same." in include("error_summary", form=form)


def test_a_form_without_errors_has_no_summary():
    assert include("error_summary", form=SampleForm()).strip() == ""


def test_what_people_type_never_becomes_markup():
    class Hostile(forms.Form):
        field = forms.IntegerField(label=XSS)
        choice = forms.ChoiceField(label=XSS, choices=[(XSS, XSS)], widget=forms.RadioSelect)

    form = Hostile({"field": XSS, "choice": XSS})

    assert "<script" not in str(form) + include("error_summary", form=form)
