"""A model repository, as NVIDIA Triton reads it and as KServe serves it, both by the Open Inference Protocol.

<slug>/config.pbtxt              inputs and outputs
<slug>/<number>/model.onnx
<slug>/labels.txt                the classes, in the order of the probabilities
inference-service.yaml           for KServe, once the folder is where `storageUri` says
"""

import json
from typing import Any

import yaml

from apps.inference.models import ModelVersion
from apps.inference.packaging.arrays import Tensor, answer, inputs
from apps.inference.packaging.store import read
from apps.inference.packaging.zips import zipped


def model_repository(version: ModelVersion) -> bytes:
    """A zip of this version alone. Raises what `store.read` raises."""
    content, slug = read(version), version.model.slug
    files: dict[str, bytes | str] = {
        f"{slug}/{version.number}/model.onnx": content,
        f"{slug}/config.pbtxt": _config(version, answer(content, version.signed)),
        "inference-service.yaml": _service(version),
    }
    if classes := version.signed.output.classes:
        files[f"{slug}/labels.txt"] = "".join(f"{name}\n" for name in classes)
    return zipped(files)


def _config(version: ModelVersion, answered: Tensor) -> str:
    max_rows = version.training.pinned_spec.serving.max_rows
    labels = ', label_filename: "labels.txt"' if version.signed.output.classes else ""
    listed = ",\n".join(f"  {_tensor(each)}" for each in inputs(version.signed))
    return (
        f"name: {json.dumps(version.model.slug)}\n"
        'platform: "onnxruntime_onnx"\n'
        f"max_batch_size: {max_rows}\n"
        f"input [\n{listed}\n]\n"
        f"output [\n  {_tensor(answered, labels)}\n]\n"
        f"version_policy: {{ specific: {{ versions: [{version.number}] }} }}\n"
        f'parameters {{ key: "sha256" value: {{ string_value: "{version.sha256}" }} }}\n'
    )


def _tensor(tensor: Tensor, more: str = "") -> str:
    kind = "TYPE_STRING" if tensor.is_text else "TYPE_FP32"
    name = json.dumps(tensor.name, ensure_ascii=False)
    return f"{{ name: {name}, data_type: {kind}, dims: [{tensor.width}]{more} }}"


def _service(version: ModelVersion) -> str:
    slug = version.model.slug
    service: dict[str, Any] = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": slug, "annotations": {"ecluse/version": str(version.number)}},
        "spec": {
            "predictor": {
                "model": {
                    "modelFormat": {"name": "triton"},
                    "runtime": "kserve-tritonserver",
                    "protocolVersion": "v2",
                    "storageUri": "pvc://models",
                }
            }
        },
    }
    return yaml.safe_dump(service, sort_keys=False, allow_unicode=True)
