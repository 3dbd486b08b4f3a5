"""The model card of a version, in the format of Hugging Face: YAML that tools read, then what people read, in French.

Sources: Mitchell et al., “Model Cards for Model Reporting” (2019); https://huggingface.co/docs/hub/model-cards.
"""

from collections.abc import Iterator
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from apps.core.gates import Check
from apps.core.numbers import format_number
from apps.inference.enums import Format, RiskClass, Task
from apps.inference.gates.telling import told
from apps.inference.models import ModelVersion

LANGUAGE = "fr"
PIPELINES = {
    Task.CLASSIFICATION: "tabular-classification",
    Task.TEXT_CLASSIFICATION: "text-classification",
    Task.REGRESSION: "tabular-regression",
    Task.FORECASTING: "time-series-forecasting",
}
LIBRARIES = {Format.ONNX: "onnx", Format.SKOPS: "sklearn"}
# Ours → what the metrics of Hugging Face are called.
METRICS = {"f1_macro": "f1", "f1_weighted": "f1"}


def model_card(version: ModelVersion) -> bytes:
    """Markdown in UTF-8, from the rows of the version, of its training and of its evaluation."""
    with override(LANGUAGE):
        front = yaml.safe_dump(_metadata(version), sort_keys=False, allow_unicode=True)
        sections = "\n".join(f"## {title}\n\n{body}\n" for title, body in _sections(version) if body)
        number = _("version %(number)d") % {"number": version.number}
        head = f"---\n{front}---\n\n# {version.model.name}, {number}"
        return f"{head}\n\n{version.model.description}\n\n{sections}".encode()


def _metadata(version: ModelVersion) -> dict[str, Any]:
    task, metrics = Task(version.model.task), metrics_of(version)
    pipeline = PIPELINES.get(task, "other")
    dataset, data_version = version.model.dataset, version.training.dataset_version
    results = {
        "task": {"type": pipeline, "name": str(task.label)},
        "dataset": {
            "type": dataset.slug,
            "name": dataset.name,
            "revision": str(data_version.number if data_version else ""),
        },
        "metrics": [
            {"type": METRICS.get(name, name), "name": name, "value": round(value, 6)} for name, value in metrics.items()
        ],
    }
    return {
        "language": [LANGUAGE],
        "license": "other",
        "library_name": LIBRARIES[Format(version.format)],
        "pipeline_tag": pipeline,
        "tags": ["ecluse", task.value],
        "metrics": sorted({METRICS.get(name, name) for name in metrics}),
        "model-index": [{"name": version.model.slug, "results": [results] if metrics else []}],
    }


def _sections(version: ModelVersion) -> Iterator[tuple[str, str]]:
    model = version.model
    yield _("What it is for"), model.purpose
    yield _("Its limits"), model.limits
    risk = RiskClass(model.risk).label
    yield _("Regulation"), _("Risk class under Regulation (EU) 2024/1689: %(risk)s.") % {"risk": risk}
    yield _("What it is given"), _fields(version)
    yield _("Data"), _data(version)
    yield _("Evaluation"), _evaluation(version)
    yield _("Gate"), _gate(version)
    yield _("Energy"), _energy(version)
    yield _("File"), _file(version)
    yield _("Contesting an answer"), model.contact and _("Write to %(contact)s.") % {"contact": model.contact}
    yield _("Licence"), _("None was declared: ask whoever is in charge of this model before using it elsewhere.")


def _fields(version: ModelVersion) -> str:
    signed = version.signed
    rows = (
        [
            field.title,
            f"`{field.name}`",
            str(field.type.label),
            _("yes") if field.is_required else _("no"),
            _("yes") if field.is_sensitive else _("no"),
        ]
        for field in signed.fields
    )
    table = _table([_("Field"), _("Name"), _("Type"), _("Required"), _("Sensitive")], rows)
    answer = ", ".join(signed.output.label_of(name) for name in signed.output.classes) or signed.output.unit
    answered = _("It answers: %(title)s (%(answer)s).") % {"title": signed.output.title, "answer": answer}
    return f"{table}\n\n{answered}"


def _data(version: ModelVersion) -> str:
    training, dataset = version.training, version.model.dataset
    told_data = _("Dataset “%(name)s”, version %(number)s: %(learnt)s rows to learn from, %(judged)s to judge by.") % {
        "name": dataset.name,
        "number": training.dataset_version.number if training.dataset_version else "–",
        "learnt": format_number(training.rows_train),
        "judged": format_number(training.rows_test),
    }
    licence = dataset.licence and _("Licence of the dataset: %(licence)s.") % {"licence": dataset.licence}
    return "\n\n".join(filter(None, [told_data, licence]))


def _evaluation(version: ModelVersion) -> str:
    rows = ([name, format_number(value, 4)] for name, value in metrics_of(version).items())
    return _table([_("Metric"), _("On the test set")], rows)


def _gate(version: ModelVersion) -> str:
    if (judged := version.training.judged) is None:
        return ""
    rows = ([_title(check), check.measured, check.expected] for check in told(judged).warnings)
    number = len(judged.passed)
    held = ngettext("%(count)s check holds.", "%(count)s checks hold.", number) % {"count": number}
    table = _table([_("Warning"), _("Measured"), _("Expected")], rows) if judged.warnings else ""
    return "\n\n".join(filter(None, [held, table]))


def _title(check: Check) -> str:
    return f"{check.subject}: {check.name}" if check.subject else check.name


def _energy(version: ModelVersion) -> str:
    training = version.training
    cpu = format_number(training.cpu_seconds, 1, "s")
    if training.energy_j is None:
        return _("Training took %(cpu)s of processor time; its energy could not be told.") % {"cpu": cpu}
    energy = format_number(training.energy_j / 3_600, 4, "Wh")
    return _("Training took %(cpu)s of processor time and %(energy)s (%(method)s).") % {
        "cpu": cpu,
        "energy": energy,
        "method": training.energy_method,
    }


def _file(version: ModelVersion) -> str:
    rows = iter(
        [
            [_("Format"), str(Format(version.format).label)],
            ["SHA-256", f"`{version.sha256}`"],
            [_("Size in bytes"), format_number(version.size)],
            [_("Seed"), str(version.training.seed)],
            *([name, number] for name, number in sorted(version.libraries.items())),
        ]
    )
    return _table([_("What"), _("Value")], rows)


def metrics_of(version: ModelVersion) -> dict[str, float]:
    """The metrics of its evaluation, by name; none if it was never evaluated."""
    evaluation = getattr(version.training, "evaluation", None)
    return {name: float(value) for name, value in (evaluation.metrics if evaluation else {}).items()}


def _table(heads: list[str], rows: Iterator[list[str]]) -> str:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(heads), line(["---"] * len(heads)), *map(line, rows)])
