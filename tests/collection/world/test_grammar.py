"""Rules, words of the context, choices within choices."""

import pytest

from apps.collection.world.grammar import Grammar
from apps.collection.world.story import seeded


def every_text(phrases: dict[str, list[str]], **context: str) -> set[str]:
    grammar, rng = Grammar(phrases), seeded(1, "texts")
    return {grammar.expand("text", rng, context) for _ in range(200)}


def test_a_choice_takes_each_of_its_phrases_even_the_empty_one():
    assert every_text({"text": ["un [gros |petit |]trou"]}) == {"un gros trou", "un petit trou", "un trou"}


def test_a_choice_may_hold_another_one_and_names():
    rules = {"text": ["[{what}|ici[, [là|ailleurs]|]]"], "what": ["un arbre"]}

    assert every_text(rules) == {"un arbre", "ici", "ici, là", "ici, ailleurs"}


def test_a_word_of_the_context_wins_over_the_rule_of_its_name():
    assert every_text({"text": ["{what} {place}"], "what": ["un trou"]}, what="un arbre", place="ici") == {
        "un arbre ici"
    }


def test_other_rules_replace_those_of_their_names():
    grammar = Grammar({"text": ["{what}"], "what": ["un trou"]}).extended({"what": ["une fuite"]})

    assert grammar.expand("text", seeded(1, "text"), {}) == "une fuite"


@pytest.mark.parametrize("phrase", ["[a|b", "a]", "a|b"])
def test_a_bracket_or_a_bar_that_stands_alone_is_refused(phrase):
    with pytest.raises(ValueError, match="bracket"):
        Grammar({"text": [phrase]})
