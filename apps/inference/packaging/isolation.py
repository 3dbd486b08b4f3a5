"""An isolation forest in one operator of ONNX, where skl2onnx makes some twenty for each tree.

The depth of a row in a tree is that of its leaf, plus the mean depth c(n) of a tree over the n rows that the leaf
holds. The score is 2^(−mean depth / c(rows of a tree)) (Liu, Ting and Zhou, “Isolation Forest”, ICDM 2008, equations 1
and 2); what follows from it is `predictors.anomaly_probabilities`.
"""

import math
from typing import Any


def add_isolation_forest(model: Any, forest: Any) -> None:
    """Go on from the only output of `model`, which prepares the rows, to the probabilities of normal and anomaly.

    Raises ValueError for a forest whose trees do not all read every column, or that has but one row.
    """
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper
    from sklearn.ensemble._iforest import _average_path_length

    if forest._max_features != forest.n_features_in_ or forest._max_samples < 2:
        raise ValueError("The trees of this isolation forest do not all read every column.")
    graph = model.graph
    (prepared,) = [output.name for output in graph.output]
    unit = len(forest.estimators_) * float(_average_path_length([forest._max_samples])[0])
    constants = {"per_depth": -math.log(2) / unit, "threshold": 0.5 + float(forest.offset_), "zero": 0.0, "one": 1.0}
    graph.initializer.extend(
        numpy_helper.from_array(np.array(value, np.float32), f"forest:{name}") for name, value in constants.items()
    )

    def step(operator: str, inputs: list[str], output: str, **attributes: Any) -> Any:
        return helper.make_node(operator, inputs, [output], name=output, **attributes)

    # With colons, for a field may have any of these names.
    trees = _trees(forest)
    graph.node.extend(
        [
            step("TreeEnsembleRegressor", [prepared], "forest:depths", domain="ai.onnx.ml", **trees),
            step("Mul", ["forest:depths", "forest:per_depth"], "forest:exponent"),
            step("Exp", ["forest:exponent"], "forest:score"),
            step("Add", ["forest:score", "forest:threshold"], "forest:unbounded"),
            step("Clip", ["forest:unbounded", "forest:zero", "forest:one"], "forest:anomaly"),
            step("Sub", ["forest:one", "forest:anomaly"], "forest:normal"),
            step("Concat", ["forest:normal", "forest:anomaly"], "probabilities", axis=1),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]))
    if "ai.onnx.ml" not in {each.domain for each in model.opset_import}:
        model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))


def _trees(forest: Any) -> dict[str, Any]:
    """The attributes of the operator: it adds, over the trees, the depth of the leaf in which a row falls."""
    from skl2onnx.common.tree_ensemble import (
        add_tree_to_attribute_pairs,
        get_default_tree_regressor_attribute_pairs,
    )

    attributes: dict[str, Any] = get_default_tree_regressor_attribute_pairs()
    depths: list[float] = []
    for number, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        add_tree_to_attribute_pairs(attributes, False, tree, number, 1.0, 0, False, True, dtype=_float32())
        # `_decision_path_lengths` counts the nodes from the root to each; the depth is one less.
        found = forest._decision_path_lengths[number] + forest._average_path_length_per_tree[number] - 1.0
        nodes = attributes["target_nodeids"][len(depths) :]
        depths += [float(found[node]) for node in nodes]
    attributes |= {"n_targets": 1, "aggregate_function": "SUM", "target_weights": depths}
    attributes["target_ids"] = [0] * len(depths)
    return {name: value for name, value in attributes.items() if value not in (None, [])}


def _float32() -> Any:
    import numpy as np

    return np.float32
