"""A pipeline that a project makes by its own code."""

from apps.inference.encoding import inputs_of
from apps.inference.enums import FieldType


def forest(*, signature, seed, parameters):
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    texts = [inputs_of(field)[0] for field in signature.fields if field.type == FieldType.TEXT]
    words = ColumnTransformer([(name, TfidfVectorizer(), name) for name in texts], sparse_threshold=0)
    return make_pipeline(words, RandomForestClassifier(parameters["trees"], random_state=seed))
