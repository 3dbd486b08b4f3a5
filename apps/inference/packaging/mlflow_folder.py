"""A folder that MLflow loads (`mlflow.pyfunc.load_model`, `mlflow models serve`): the ONNX flavor, pinned libraries,
the signature as tensors, the first golden rows as an example. MLflow itself is not needed to write it.
"""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from apps.inference.models import ModelVersion
from apps.inference.packaging.arrays import Tensor, answer, inputs
from apps.inference.packaging.golden import inputs_of_golden
from apps.inference.packaging.store import read
from apps.inference.packaging.zips import zipped

PYTHON = "3.11"
EXAMPLE_ROWS = 3


def mlflow_folder(version: ModelVersion) -> bytes:
    """A zip of the folder. Raises what `store.read` raises."""
    content = read(version)
    libraries = [f"{name}=={version.libraries[name]}" for name in ("onnx", "onnxruntime", "numpy")]
    requirements = ["mlflow>=2.10", *libraries]
    conda = {
        "name": "mlflow-env",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": requirements}],
    }
    environment = {"python": PYTHON, "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
    return zipped(
        {
            "MLmodel": _yaml(_description(version, content)),
            "model.onnx": content,
            "requirements.txt": "".join(f"{line}\n" for line in requirements),
            "conda.yaml": _yaml(conda),
            "python_env.yaml": _yaml(environment),
            "input_example.json": json.dumps({"inputs": _example(version)}, ensure_ascii=False),
        }
    )


def _description(version: ModelVersion, content: bytes) -> dict[str, Any]:
    tensors = [_spec(each) for each in inputs(version.signed)]
    return {
        "artifact_path": version.model.slug,
        "flavors": {
            "onnx": {
                "code": None,
                "data": "model.onnx",
                "onnx_session_options": None,
                "onnx_version": version.libraries["onnx"],
                "providers": ["CPUExecutionProvider"],
            },
            "python_function": {
                "data": "model.onnx",
                "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.onnx",
                "python_version": PYTHON,
            },
        },
        "metadata": {"ecluse_version": version.number, "sha256": version.sha256},
        "model_size_bytes": version.size,
        "model_uuid": uuid5(NAMESPACE_URL, version.sha256).hex,
        "saved_input_example_info": {
            "artifact_path": "input_example.json",
            "format": "tf-serving",
            "type": "ndarray",
        },
        "signature": {
            "inputs": json.dumps(tensors, ensure_ascii=False),
            "outputs": json.dumps([_spec(answer(content, version.signed))]),
            "params": None,
        },
        "utc_time_created": version.created_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }


def _spec(tensor: Tensor) -> dict[str, Any]:
    dtype = "object" if tensor.is_text else "float32"
    return {
        "name": tensor.name,
        "type": "tensor",
        "tensor-spec": {"dtype": dtype, "shape": [-1, tensor.width]},
    }


def _example(version: ModelVersion) -> dict[str, Any]:
    """The first golden rows whose numbers are all there: JSON has no NaN."""
    import numpy as np

    arrays = inputs_of_golden(version.signed, version.golden)
    numbers = [array for array in arrays.values() if array.dtype != object]
    whole = np.all([np.isfinite(array[:, 0]) for array in numbers], axis=0) if numbers else slice(None)
    return {name: array[whole][:EXAMPLE_ROWS].tolist() for name, array in arrays.items()}


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=True, allow_unicode=True)
