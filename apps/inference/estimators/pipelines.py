"""The pipeline of a model: what prepares each field, then the estimator. Its columns are the inputs of `encoding`.

Numbers, whole numbers, yes or no and the parts of dates: the median where one is missing, brought to one scale where
the estimator needs it. Categories: one column each, none for those that training never saw. Texts: their words, each
weighed by how rare it is (TF-IDF). Everything here is said exactly by ONNX, but folded accents.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.inference.encoding import inputs_of
from apps.inference.enums import FieldType, Task
from apps.inference.estimators import CATALOGUE
from apps.inference.estimators.base import EstimatorKind, Parameter
from apps.inference.failures import EntryPointBroken, EntryPointRefused
from apps.inference.signature import Field, Signature
from apps.inference.spec import Estimator

# What a word is. scikit-learn's own (\b\w\w+\b) is cut at accents by the runtime of ONNX: probabilities then differ by
# up to 0.28 on French.
WORD = "[a-zA-ZÀ-ÿ]+"

TEXT_PARAMETERS = (
    Parameter(
        name="text_terms",
        label=_("Terms kept"),
        help=_("The most frequent terms of each text field, at most. Empty: 20,000, or 300 for what is made of trees."),
        default=None,
        minimum=10,
        maximum=200_000,
        is_whole=True,
        may_be_none=True,
    ),
    Parameter(
        name="text_words",
        label=_("Words of a term at most"),
        help=_("2 tells “no light” from “light”, at the price of a larger file."),
        default=1,
        minimum=1,
        maximum=3,
        is_whole=True,
    ),
    Parameter(
        name="text_accents",
        label=_("Accents"),
        help=_(
            "“fold” reads é as e, as people often type it; such a model cannot be said in ONNX, and answers slower."
        ),
        default="keep",
        choices=("keep", "fold"),
    ),
)
SPARSE_TERMS, DENSE_TERMS = 20_000, 300


def parameters_of(kind: EstimatorKind, *, has_text: bool) -> tuple[Parameter, ...]:
    """All that may be set of a pipeline that ends with this estimator."""
    return (*kind.parameters, *(TEXT_PARAMETERS if has_text else ()))


def make_pipeline(
    estimator: Estimator, *, signature: Signature, seed: int, parameters: Mapping[str, Any] | None = None
) -> Any:
    """A scikit-learn pipeline, not fitted yet, that reads a DataFrame whose columns are the inputs of the signature.

    `parameters` are those chosen by a search, instead of those declared. Raises EntryPointRefused, EntryPointBroken.
    """
    chosen = dict(estimator.parameters if parameters is None else parameters)
    if estimator.entry_point:
        return _of_the_project(estimator.entry_point, signature=signature, seed=seed, parameters=chosen)
    from sklearn.pipeline import Pipeline

    kind = CATALOGUE[estimator.name]
    known = {each.name: each.default for each in parameters_of(kind, has_text=True)} | chosen
    of_texts = {each.name: known.pop(each.name) for each in TEXT_PARAMETERS}
    return Pipeline(
        [
            ("prepare", _preparation(kind, signature, **of_texts)),
            ("estimate", kind.make(signature.task, seed, **known)),
        ]
    )


def make_baseline(task: Task, *, metric: str, seed: int) -> Any:
    """What any model must do better than: an answer that looks at nothing. The median is the best one can say without
    looking where errors count as they are; the mean, where their squares do."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if not task.has_classes:
        return DummyRegressor(strategy="median" if metric in {"mae", "median_error"} else "mean")
    return DummyClassifier(strategy="prior", random_state=seed)


def _preparation(
    kind: EstimatorKind, signature: Signature, *, text_terms: int | None, text_words: int, text_accents: str
) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    parts: list[tuple[str, Any, Any]] = []
    if numbers := _inputs(signature, lambda field: field.type.is_numeric or field.type == FieldType.DATE):
        steps: list[tuple[str, Any]] = [("fill", SimpleImputer(strategy="median", keep_empty_features=True))]
        if kind.scales:
            steps.append(("scale", StandardScaler()))
        parts.append(("numbers", Pipeline(steps), numbers))
    if categories := _inputs(signature, lambda field: field.type == FieldType.CATEGORY):
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=not kind.is_dense)
        parts.append(("categories", encoder, categories))
    for name in _inputs(signature, lambda field: field.type == FieldType.TEXT):
        terms = TfidfVectorizer(
            token_pattern=WORD,
            ngram_range=(1, text_words),
            strip_accents="unicode" if text_accents == "fold" else None,
            max_features=text_terms or (DENSE_TERMS if kind.is_dense else SPARSE_TERMS),
        )
        parts.append((f"text {name}", terms, name))
    return ColumnTransformer(parts, sparse_threshold=0.0 if kind.is_dense else 1.0)


def _inputs(signature: Signature, is_wanted: Callable[[Field], bool]) -> list[str]:
    return [name for field in signature.fields if is_wanted(field) for name in inputs_of(field)]


def _of_the_project(path: str, *, signature: Signature, seed: int, parameters: Mapping[str, Any]) -> Any:
    """What the project's own code makes: `function(signature=…, seed=…, parameters={…})`."""
    if not is_allowed(path):
        raise EntryPointRefused(entry_point=path)
    module, _colon, function = path.partition(":")
    try:
        return getattr(import_module(module), function)(signature=signature, seed=seed, parameters=dict(parameters))
    except Exception as error:  # theirs, whatever it is: its class alone is told
        raise EntryPointBroken(entry_point=path, error=type(error).__name__) from error


def is_allowed(path: str) -> bool:
    """Whether the operator lets this code run: its module, or a package that holds it, is in TRAINING_ENTRY_POINTS."""
    module = path.partition(":")[0]
    return any(module == name or module.startswith(f"{name}.") for name in settings.TRAINING_ENTRY_POINTS)
