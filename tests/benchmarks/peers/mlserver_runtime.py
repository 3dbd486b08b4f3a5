"""MLServer's own way to serve what it has no runtime for: here, ONNX Runtime. Copied beside its settings."""

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Runtime(MLModel):
    """Numbers, all in one tensor of shape (rows, fields); the probability of each class."""

    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(self.settings.parameters.uri, options)
        self.names = [each.name for each in self.session.get_inputs()]
        self.wanted = [self.session.get_outputs()[-1].name]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        matrix = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32)
        (answer,) = self.session.run(self.wanted, {name: matrix[:, [rank]] for rank, name in enumerate(self.names)})
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("probabilities", answer)])


class Texts(Runtime):
    """Texts, each field in a tensor of its own; the class of each row."""

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        given = {each.name: np.array(StringCodec.decode_input(each), object).reshape(-1, 1) for each in payload.inputs}
        (answer,) = self.session.run([self.session.get_outputs()[0].name], given)
        return InferenceResponse(model_name=self.name, outputs=[StringCodec.encode_output("class", answer.tolist())])
