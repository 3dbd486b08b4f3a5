"""A storage that speaks S3, as a server of its own (s3rver): it refuses requests whose signature does not hold."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.e2e.tools import NODE_MODULES, missing
from tests.ports import free_port

# What s3rver was made to accept.
ACCESS_KEY = SECRET_KEY = "S3RVER"
BUCKET = "exports"
_STARTS_WITHIN = 60


class Storage:
    """The server, seen by whoever fills it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def put(self, name: str, content: bytes) -> None:
        self._send("PUT", name, content)

    def delete(self, name: str) -> None:
        self._send("DELETE", name)

    def _send(self, method: str, name: str, content: bytes = b"") -> None:
        request = AWSRequest(method, f"{self.url}/{BUCKET}/{requests.utils.quote(name)}", data=content)
        S3SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1").add_auth(request)
        answer = requests.request(method, request.url, data=content, headers=dict(request.headers), timeout=10)
        answer.raise_for_status()


@contextmanager
def running_storage(folder: Path) -> Iterator[Storage]:
    program = NODE_MODULES / "@20minutes" / "s3rver" / "lib" / "s3rver.js"
    node = shutil.which("node")
    if node is None or not program.exists():
        missing("s3rver", "run `make e2e-tools` (needs Node).")
    storage = Storage(free_port())
    options = {"directory": str(folder), "address": "127.0.0.1", "port": storage.port, "silent": True}
    options["configureBuckets"] = [{"name": BUCKET}]
    started = f"new (require({json.dumps(str(program))}))({json.dumps(options)}).run()"
    # It makes its continuation tokens with DES, which OpenSSL no longer has by default.
    command = [node, "--openssl-legacy-provider", "-e", started]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _STARTS_WITHIN
        while not _answers(storage):
            assert process.poll() is None, "s3rver stopped"
            assert time.monotonic() < until, "s3rver does not answer"
        yield storage
    finally:
        process.terminate()
        process.wait(30)


def _answers(storage: Storage) -> bool:
    try:
        requests.get(storage.url, timeout=1)
    except requests.ConnectionError:
        return False
    return True
