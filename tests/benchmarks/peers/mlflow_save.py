"""Save an ONNX file as MLflow wants it: `python mlflow_save.py FILE FOLDER`, in the environment of the peers."""

import sys

import mlflow.onnx
import onnx

mlflow.onnx.save_model(onnx.load(sys.argv[1]), sys.argv[2])
