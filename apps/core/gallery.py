"""Invented data for the component gallery (`/ui/`): every component in each of its states."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator

from apps.core.charts import (
    Band,
    Bin,
    Limit,
    Series,
    bar_chart,
    histogram,
    line_chart,
    matrix_chart,
    sparkline,
    state_chart,
)
from apps.core.forms import DateInput
from apps.core.gates import Check, Severity, Verdict
from apps.core.home import EXPLANATION
from apps.core.interface import Event, Figure, Step, Tab, Task, Tone

NOW = datetime(2026, 11, 19, 9, 14, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Notification:
    at: datetime
    text: str
    url: str
    tone: Tone
    is_read: bool


class SpecimenForm(forms.Form):
    name = forms.CharField(label="Name of the dataset", help_text="Short, without an acronym.")
    retention = forms.IntegerField(label="Retention, in days", max_value=90)
    email = forms.EmailField(label="Contact", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    secret = forms.CharField(
        label="Access token", help_text="Kept encrypted, never shown.", widget=forms.PasswordInput, required=False
    )
    service = forms.ChoiceField(label="Service", choices=[("roads", "Roads"), ("water", "Water")])
    since = forms.DateField(label="Received since", widget=DateInput, required=False)
    paging = forms.ChoiceField(
        label="How the API goes from page to page",
        choices=[("cursor", "A cursor given with each page"), ("number", "A page number"), ("none", "One page only")],
        widget=forms.RadioSelect,
    )
    alerts = forms.MultipleChoiceField(
        label="Warn by",
        choices=[("mail", "E-mail"), ("page", "Notification")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    file = forms.FileField(label="File", help_text="CSV, 5 MB at most.", required=False)
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agreed = forms.BooleanField(label="I have read the register entry")
    identifier = forms.CharField(label="Identifier", help_text="Set at creation.", disabled=True, initial="reports")


def specimens() -> dict[str, Any]:
    """The context of the gallery."""
    return {
        "tones": [
            ("ok", "Published"),
            ("warn", "Passed with rejects"),
            ("bad", "Failed"),
            ("info", "Running"),
            ("wait", "Waiting"),
            ("off", "Archived"),
        ],
        "now": NOW,
        "stages": EXPLANATION,
        "one_stage": EXPLANATION[:1],
        "verdicts": verdicts(),
        "charts": charts(),
        "spark": sparkline(
            title="Rate per minute",
            labels=["9:09", "9:10", "9:11", "9:12", "9:13", "9:14"],
            values=[3.1, 3.4, 3.3, 3.9, 4.2, 3.7],
        ),
        "fresh_form": SpecimenForm(prefix="fresh"),
        "bad_form": SpecimenForm(
            {"bad-name": "Reports", "bad-retention": "400", "bad-email": "nobody"}, prefix="bad", auto_id="id_%s"
        ),
        "page": Paginator(range(230), 10).page(7),
        "pages": Paginator(range(230), 10).get_elided_page_range(7, on_each_side=1, on_ends=1),
        "only_page": Paginator(range(3), 10).page(1),
        "figures": [
            Figure(label="Rows", value="48,620", note="+ 5,310 since version 13"),
            Figure(label="Rejects", value="2.6%", note="limit 5%"),
            Figure(label="Freshness", value="11 h", note="expected: 24 h at most"),
        ],
        "steps": [
            Step(label="Connector", status="done", url="#steps", tone="ok", word="Done"),
            Step(label="Configuration", status="current", tone="bad", word="2 errors"),
            Step(label="Contract", status="todo", tone="off", word="To come"),
        ],
        "tabs": [
            Tab(label="Overview", url="#tabs", is_current=True),
            Tab(label="Dictionary", url="#tabs-dictionary"),
            Tab(label="Quality", url="#tabs-quality"),
        ],
        "tasks": [
            Task(label="Read 1,507 rows of an unknown service", url="#tasks", due="Today", tone=Tone.BAD),
            Task(label="Answer erasure request no. 27", url="#tasks", detail="Received on 3 November", due="14 days"),
        ],
        "events": [
            Event(at=NOW, text="Run no. 2318 passed with 38 rejects.", tone=Tone.WARN, url="#feed"),
            Event(at=NOW - timedelta(hours=3), text="Gate closed before version 14.", tone=Tone.BAD),
            Event(at=NOW - timedelta(days=1), text="Model 6 submitted for approval.", tone=Tone.WAIT),
        ],
        "notifications": [
            Notification(at=NOW, text="Your token expires in 3 days", url="#feed", tone=Tone.WARN, is_read=False),
            Notification(at=NOW, text="Version 13 is published", url="#feed", tone=Tone.OK, is_read=True),
        ],
        "old_rules": "service:\n  outside_list: 5%\n  severity: blocks",
        "new_rules": "service:\n  outside_list: 2%\n  severity: blocks",
        "curl": 'curl -H "Authorization: Bearer $ECLUSE_TOKEN" \\\n  https://ecluse.example/api/v1/datasets/',
        "sentences": ["A dataset has one or more columns.", "A column belongs to exactly one dataset."],
    }


def verdicts() -> dict[str, Verdict]:
    holds = tuple(Check(name=f"Rule {n}", passed=True, measured="0 rows", expected="0 rows") for n in range(1, 8))
    return {
        "open": Verdict(judged_at=NOW, checks=holds),
        "waiting": Verdict(judged_at=NOW, checks=holds[:1], awaits_decision=True),
        "closed": Verdict(
            judged_at=NOW,
            checks=(
                Check(
                    name="Service in the list",
                    passed=False,
                    measured="3.1%",
                    expected="2% at most",
                    message="1,507 rows to read.",
                ),
                Check(
                    name="District filled in",
                    passed=False,
                    severity=Severity.WARNING,
                    measured="96.4%",
                    expected="97% at least",
                    message="Does not prevent publication.",
                ),
                Check(name="Unique identifier", passed=True, measured="0", expected="0"),
            ),
        ),
    }


def charts() -> dict[str, Any]:
    days = [f"{day} Nov." for day in range(6, 20)]
    received = [182, 64, 58, 205, 191, 71, 198, 207, 76, 61, None, 312, 218, 74]
    usual = [171, 70, 61, 192, 188, 180, 178, 171, 70, 61, 192, 188, 180, 62]
    services = ["Roads", "Public lighting", "Water and sanitation"]
    return {
        "line": line_chart(
            title="Reports received each day",
            label_name="Day",
            labels=days,
            series=[Series(name="Received", values=received)],
            limit=Limit(value=300, label="storm"),
        ),
        "lines": line_chart(
            title="Reports received and usual week",
            label_name="Day",
            labels=days,
            series=[Series(name="Received", values=received), Series(name="Usual week", values=usual)],
        ),
        "band": line_chart(
            title="Reports foretold",
            label_name="Day",
            labels=[*days[-4:], "20 Nov.", "21 Nov."],
            series=[
                Series(name="Foretold", values=[None, None, None, None, 71, 65]),
                Series(name="Known", values=[*received[-4:], None, None]),
            ],
            band=Band(
                low_name="At least",
                high_name="At most",
                lows=[None, None, None, None, 40, 34],
                highs=[None, None, None, None, 102, 96],
            ),
        ),
        "bars": bar_chart(
            title="Rejects by reason",
            label_name="Reason",
            value_name="Rows",
            bars=[("Unreadable date", 31), ("Empty text", 12), ("Attachment too heavy for the mailbox", 6)],
        ),
        "histogram": histogram(
            title="Length of the texts",
            value_name="Characters",
            count_name="Rows",
            unit="characters",
            bins=[
                Bin(low=i * 40, high=i * 40 + 40, count=n)
                for i, n in enumerate([3, 9, 21, 34, 42, 38, 30, 22, 15, 10, 7, 4, 3, 2])
            ],
        ),
        "matrix": matrix_chart(
            title="Predicted service against the true one",
            row_name="True service",
            rows=services,
            columns=services,
            values=[[812, 20, 68], [14, 640, 6], [91, 4, 1205]],
        ),
        "states": state_chart(
            title="Checks at each build",
            row_name="Check",
            rows=["Required columns are filled", "Ages are of this world"],
            times=[f"no. {number}" for number in range(1, 7)],
            states=[[Tone.OK] * 6, [None, Tone.OK, Tone.WARN, Tone.OK, Tone.OK, Tone.BAD]],
            words={Tone.OK: "Holds", Tone.WARN: "Warning", Tone.BAD: "Blocks"},
        ),
        "empty": bar_chart(title="Nothing yet", label_name="Reason", value_name="Rows", bars=[]),
    }
