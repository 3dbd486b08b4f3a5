"""BentoML's own way to serve an ONNX file. Copied into a folder of its own."""

import os

import bentoml
import numpy as np
import onnxruntime


@bentoml.service(workers=2)
class Tumours:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL_FILE"], options)
        self.names = [each.name for each in self.session.get_inputs()]
        self.wanted = [self.session.get_outputs()[-1].name]

    @bentoml.api
    def predict(self, rows: list[list[float]]) -> list[list[float]]:
        matrix = np.array(rows, np.float32)
        (answer,) = self.session.run(self.wanted, {name: matrix[:, [rank]] for rank, name in enumerate(self.names)})
        return answer.tolist()
