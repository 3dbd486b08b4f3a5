"""The least that answers a model over HTTP from Python: WSGI, JSON, ONNX Runtime. No rights, no checks, no log.

The physical limit beside which serving is measured; `MODEL_FILE` names the ONNX file.
"""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
import orjson

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(Path(os.environ["MODEL_FILE"]).read_bytes(), options)
names = [each.name for each in session.get_inputs()]
output = [session.get_outputs()[-1].name]
headers = [("Content-Type", "application/json")]


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        start_response("200 OK", headers)
        return [json.dumps({"live": True}).encode()]
    rows = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))["rows"]
    matrix = np.array([[row[name] for row in rows] for name in names], np.float32)
    (answer,) = session.run(output, dict(zip(names, matrix[:, :, np.newaxis], strict=True)))
    start_response("200 OK", headers)
    return [orjson.dumps({"predictions": answer.tolist()})]
