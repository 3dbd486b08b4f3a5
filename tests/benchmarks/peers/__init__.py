"""Other servers of models, each from an environment of its own, on the ONNX file that ours serves.

They are no part of the platform: `make bench-peers` installs them below `var/peers`, and what is not there is said.
Tests speak to MLServer too.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
from django.conf import settings

from tests.ports import free_port

HERE = Path(__file__).parent
HOMES = settings.BASE_DIR / "var" / "peers"
BOUND_S = 120
NO_TELEMETRY = {"BENTOML_DO_NOT_TRACK": "True", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


@dataclass(frozen=True)
class Peer:
    url: str
    body: Path
    process: subprocess.Popen[bytes]


def mlserver_model(folder: Path, name: str, file: Path, runtime: str = "Runtime", **declared: object) -> None:
    """Have MLServer serve this file; `declared` is what it tells of its inputs and outputs; it looks up none."""
    folder.mkdir(exist_ok=True)
    settings = {"name": name, "implementation": f"mlserver_runtime.{runtime}", "parameters": {"uri": str(file)}}
    (folder / "model-settings.json").write_text(json.dumps(settings | declared))


def _mlserver(venv: Path, folder: Path, port: int) -> tuple[list[str], str]:
    shutil.copy(HERE / "mlserver_runtime.py", folder)
    (folder / "settings.json").write_text(
        json.dumps({"http_port": port, "grpc_port": free_port(), "metrics_port": free_port(), "parallel_workers": 0})
    )
    mlserver_model(folder, "tumours", folder / "model.onnx")
    return [str(venv / "bin/mlserver"), "start", str(folder)], f"http://127.0.0.1:{port}/v2/models/tumours/infer"


def _mlflow(venv: Path, folder: Path, port: int) -> tuple[list[str], str]:
    save = [str(venv / "bin/python"), str(HERE / "mlflow_save.py"), str(folder / "model.onnx"), str(folder / "mlflow")]
    subprocess.run(save, check=True, capture_output=True, env=os.environ | NO_TELEMETRY)
    serve = ["models", "serve", "-m", str(folder / "mlflow"), "--env-manager", "local", "-h", "127.0.0.1"]
    return [str(venv / "bin/mlflow"), *serve, "-p", str(port), "-w", "2"], f"http://127.0.0.1:{port}/invocations"


def _bentoml(venv: Path, folder: Path, port: int) -> tuple[list[str], str]:
    shutil.copy(HERE / "bentoml_service.py", folder)
    serve = ["serve", "bentoml_service:Tumours", "--working-dir", str(folder), "--host", "127.0.0.1"]
    return [str(venv / "bin/bentoml"), *serve, "--port", str(port)], f"http://127.0.0.1:{port}/predict"


PEERS = {"MLServer": _mlserver, "MLflow": _mlflow, "BentoML": _bentoml}


def _body(name: str, made) -> object:
    row = [made.rows[0][field] for field in made.signature.names]
    if name == "MLServer":
        return {"inputs": [{"name": "rows", "shape": [1, len(row)], "datatype": "FP32", "data": row}]}
    if name == "MLflow":
        return {"inputs": {field: [[value]] for field, value in zip(made.signature.names, row, strict=True)}}
    return {"rows": [row]}


@contextmanager
def peer(name: str, file: Path, made, place: Path) -> Iterator[Peer | str]:
    """That server, answering; or why it is not there."""
    venv = HOMES / name.lower()
    if not venv.exists():
        yield "not installed (make bench-peers)"
        return
    folder = place / name
    folder.mkdir(exist_ok=True)
    shutil.copy(file, folder / "model.onnx")
    body = folder / "body.json"
    body.write_text(json.dumps(_body(name, made)))
    command, url = PEERS[name](venv, folder, free_port())
    environment = os.environ | NO_TELEMETRY | {"MODEL_FILE": str(folder / "model.onnx"), "PYTHONPATH": str(folder)}
    environment["PATH"] = f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield _answering(process, url, body) or f"it does not answer; see {folder / 'log'}"
    finally:
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                each.kill()
        process.kill()
        process.wait()


def _answering(process: subprocess.Popen[bytes], url: str, body: Path) -> Peer | None:
    deadline = time.monotonic() + BOUND_S
    request = Request(url, body.read_bytes(), {"Content-Type": "application/json"})
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(request, timeout=10):
                return Peer(url, body, process)
        except HTTPError as error:
            if error.code < 500:
                return None
        except (URLError, OSError):
            pass
        time.sleep(0.2)
    return None
