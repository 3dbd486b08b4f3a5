"""What a trained pipeline is packaged as, and that it answers the same."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
import onnx
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC

from apps.inference import packaging
from apps.inference.enums import Format
from apps.inference.exceptions import ModelRefused
from apps.inference.packaging.converting import NotConverted, to_onnx
from apps.inference.packaging.golden import check_golden, make_golden
from apps.inference.packaging.parity import compare
from apps.inference.packaging.samples import samples
from apps.inference.packaging.skops_file import to_skops
from apps.inference.predictors import PipelinePredictor, as_frame, open_model
from tests.inference import package_factories as made

CLASSIFIERS = {
    "logistic regression": LogisticRegression(max_iter=1_000),
    "linear SVC": CalibratedClassifierCV(LinearSVC(random_state=0), cv=3, ensemble=False),
    "random forest": RandomForestClassifier(40, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=40, random_state=0),
}
REGRESSORS = {
    "linear regression": LinearRegression(),
    "ridge": Ridge(),
    "elastic net": ElasticNet(alpha=0.1),
    "random forest": RandomForestRegressor(40, random_state=0),
    "boosting": HistGradientBoostingRegressor(max_iter=40, random_state=0),
}
OF_TEXTS = {
    "logistic regression": (LogisticRegression(max_iter=1_000), {}),
    "two words": (LogisticRegression(max_iter=1_000), {"ngram_range": (1, 2), "min_df": 2}),
    "letters with accents": (LogisticRegression(max_iter=1_000), {"token_pattern": "[a-zA-ZÀ-ÿ]+"}),
    "log of counts": (LogisticRegression(max_iter=1_000), {"sublinear_tf": True}),
    "linear SVC": (CalibratedClassifierCV(LinearSVC(random_state=0), cv=3, ensemble=False), {}),
    "boosting": (HistGradientBoostingClassifier(max_iter=5, random_state=0), {"max_features": 100}),
}


def opened(trained, package):
    return open_model(package.content, format=Format(package.format), signature=trained.sets.signature)


def assert_is_faithful_onnx(trained):
    package = packaging.package(trained)

    assert (package.format, package.why_not_onnx) == (Format.ONNX, "")
    predictor = opened(trained, package)
    parity = compare(trained, predictor)
    assert parity.holds
    assert parity.rows > len(trained.sets.test)
    assert check_golden(predictor, trained.sets.signature, package.golden).passed
    assert [each.name for each in onnx.load_from_string(package.content).graph.input] == list(trained.sets.test.inputs)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_of_numbers_is_packaged_as_onnx(name):
    assert_is_faithful_onnx(made.train(made.tumours(), CLASSIFIERS[name]))


@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regression_is_packaged_as_onnx(name):
    assert_is_faithful_onnx(made.train(made.progressions(), REGRESSORS[name]))


@pytest.mark.parametrize("name", OF_TEXTS)
def test_a_classifier_of_accented_texts_dates_and_categories_is_packaged_as_onnx(name):
    estimator, words = OF_TEXTS[name]

    assert_is_faithful_onnx(made.train(made.reports(), estimator, **words))


@pytest.mark.parametrize("estimator", [MultinomialNB(), ComplementNB(alpha=0.5)], ids=lambda each: type(each).__name__)
def test_a_naive_bayes_of_texts_is_packaged_as_onnx(estimator):
    assert_is_faithful_onnx(made.train(made.only(made.reports(), "texte", "canal"), estimator))


@pytest.mark.parametrize("contamination", ["auto", 0.1])
def test_an_isolation_forest_is_one_operator_of_onnx_and_answers_the_same(contamination):
    forest = IsolationForest(n_estimators=30, contamination=contamination, random_state=0)
    trained = made.train(made.without_target(made.tumours()), forest)

    assert_is_faithful_onnx(trained)

    operators = [node.op_type for node in onnx.load_from_string(packaging.package(trained).content).graph.node]
    assert operators.count("TreeEnsembleRegressor") == 1
    assert len(operators) < 80
    is_anomaly = trained.pipeline.predict(as_frame(trained.sets.test.inputs)) == -1
    assert 0 < is_anomaly.sum() < len(is_anomaly)
    assert (trained.answers.positions.astype(bool) == is_anomaly).all()
    assert np.allclose(trained.answers.probabilities.sum(axis=1), 1)


@pytest.mark.parametrize(
    "words",
    [{"strip_accents": "unicode"}, {"analyzer": "char_wb", "ngram_range": (2, 3)}],
    ids=["accents folded", "letters"],
)
def test_what_onnx_cannot_say_is_packaged_as_skops_and_tells_why(words):
    trained = made.train(made.only(made.reports(), "texte"), MultinomialNB(), **words)

    package = packaging.package(trained)

    assert package.format == Format.SKOPS
    assert package.why_not_onnx.startswith("NotImplementedError: ")
    assert len(package.why_not_onnx) <= 300
    predictor = opened(trained, package)
    assert compare(trained, predictor).holds
    assert check_golden(predictor, trained.sets.signature, package.golden).passed


def test_a_conversion_that_answers_otherwise_is_refused():
    """skl2onnx converts the categories of a boosting without a word, and wrongly."""
    sets = made.only(made.reports(), "canal", "latitude")
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepare = ColumnTransformer([("canal", encoder, ["canal"]), ("latitude", "passthrough", ["latitude"])])
    boosting = HistGradientBoostingClassifier(max_iter=10, categorical_features=[0], random_state=0)
    trained = made.fit(sets, Pipeline([("prepare", prepare), ("estimate", boosting)]))
    converted = open_model(to_onnx(trained.pipeline, sets.signature), format=Format.ONNX, signature=sets.signature)

    assert not compare(trained, converted).holds
    with pytest.raises(ModelRefused, match="functools"):  # nor is what such a boosting holds allowed in a file
        packaging.package(trained)


ALL = [*CLASSIFIERS.values(), RandomForestClassifier(5, random_state=0)]


@pytest.mark.parametrize("estimator", ALL, ids=lambda each: type(each).__name__)
def test_every_classifier_can_be_kept_by_skops_with_the_classes_that_we_allow(estimator):
    trained = made.train(made.tumours(), estimator)

    content = to_skops(trained.pipeline)

    assert compare(trained, open_model(content, format=Format.SKOPS, signature=trained.sets.signature)).holds


def test_a_file_that_holds_another_class_is_not_opened():
    """Allowed by the file itself, which nobody asks."""
    from skops.io import dumps
    from skops.io.exceptions import UntrustedTypesFoundException

    content = dumps(Pipeline([("prepare", FunctionTransformer(os.path.join))]))

    with pytest.raises(UntrustedTypesFoundException, match="join"):
        open_model(content, format=Format.SKOPS, signature=made.tumours().signature)


@pytest.mark.parametrize(
    "convert",
    [lambda trained: to_onnx(trained.pipeline, trained.sets.signature), lambda trained: to_skops(trained.pipeline)],
    ids=["onnx", "skops"],
)
def test_the_same_training_makes_the_same_bytes(convert):
    first, again = (made.train(made.tumours(), LogisticRegression(max_iter=1_000)) for _ in range(2))

    assert convert(first) == convert(again)


def test_an_error_of_the_conversion_is_short(monkeypatch):
    def explode(*_args, **_options):
        raise RuntimeError("a graph of\n" + "nodes " * 100_000)

    monkeypatch.setattr("skl2onnx.convert_sklearn", explode)

    with pytest.raises(NotConverted, match=r"^RuntimeError: a graph of$"):
        to_onnx(made.train(made.tumours(), LogisticRegression(max_iter=1_000)).pipeline, made.tumours().signature)


def test_classes_in_another_order_than_the_signature_are_refused(of_tumours):
    sets = of_tumours.sets
    output = replace(sets.signature.output, classes=sets.signature.output.classes[::-1])
    planted = replace(of_tumours, sets=replace(sets, signature=replace(sets.signature, output=output)))

    with pytest.raises(ModelRefused, match="benign; malignant"):
        packaging.package(planted)


def test_a_pipeline_that_fails_where_its_signature_allows_a_missing_value_is_refused():
    sets = made.only(made.reports(), "latitude")
    filled = {"latitude": [value or 48.8 for value in sets.train.columns["latitude"]]}
    train = made.rows_of(sets.signature, filled, sets.train.target, sets.train.ids)
    sets = replace(sets, train=train, test=train)
    trained = made.fit(sets, Pipeline([("prepare", StandardScaler()), ("estimate", LogisticRegression(max_iter=500))]))

    with pytest.raises(ModelRefused, match="NaN"):
        packaging.package(trained)


def test_the_unexpected_rows_hold_what_people_do(of_reports):
    rows = samples(of_reports.sets.signature)

    texts = rows["texte"]
    assert "" in texts
    assert max(map(len, texts)) == 4_000
    assert any(text.isupper() and not text.isascii() for text in texts)
    assert any("😀" in text for text in texts)
    assert None in rows["canal"]
    assert set(rows["canal"]) > set(of_reports.sets.signature.field("canal").choices)
    assert None in rows["latitude"]
    assert None not in rows["recu_le"]


def test_golden_rows_hold_nothing_that_somebody_wrote(of_reports, package_of_reports):
    rows = package_of_reports.golden["rows"]

    written = {*of_reports.sets.train.columns["texte"], *of_reports.sets.test.columns["texte"]}
    assert len(rows) == 32
    assert not written & {row["texte"] for row in rows}
    assert [row["latitude"] for row in rows] == [
        None if value is None else float(value) for value in of_reports.sets.test.columns["latitude"][:32]
    ]
    assert json.loads(json.dumps(package_of_reports.golden, allow_nan=False)) == package_of_reports.golden


def test_golden_rows_keep_the_day_of_an_instant(of_reports):
    sets = of_reports.sets
    instants = [datetime.combine(day, time(23, 30), tzinfo=UTC) for day in sets.test.columns["recu_le"]]
    test = made.with_column(sets.test, sets.signature, "recu_le", instants)
    asked = PipelinePredictor(of_reports.pipeline, has_classes=True)

    golden = make_golden(asked, sets.signature, test)

    assert golden["rows"][0]["recu_le"] == instants[0].date().isoformat()
    assert check_golden(asked, sets.signature, golden).passed


def test_a_sensitive_number_of_golden_rows_is_made_up(of_tumours):
    sets = of_tumours.sets
    fields = (replace(sets.signature.fields[0], is_sensitive=True), *sets.signature.fields[1:])
    trained = replace(of_tumours, sets=replace(sets, signature=replace(sets.signature, fields=fields)))

    rows = packaging.package(trained).golden["rows"]

    assert not {row["mean radius"] for row in rows} & set(sets.test.columns["mean radius"])
    assert rows[0]["mean texture"] == sets.test.columns["mean texture"][0]


def test_golden_rows_tell_another_model(of_reports, package_of_reports):
    other = made.train(made.reports(), LogisticRegression(max_iter=1_000, C=0.1))

    check = check_golden(
        PipelinePredictor(other.pipeline, has_classes=True), of_reports.sets.signature, package_of_reports.golden
    )

    assert check.blocks
    assert float(check.measured) > float(check.expected)
