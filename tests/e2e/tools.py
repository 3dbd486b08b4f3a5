"""The programs of the browser checks: Chromium, axe-core, and the W3C's checker as a small local server.

A developer without them sees the tests skipped, with what to install; under `CI=true` the same absence is a failure.
"""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.ports import free_port

NODE_MODULES = Path(__file__).parent / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
VNU = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
VNU_STARTS_WITHIN = 180  # seconds; 2 on a quiet machine


def missing(what: str, remedy: str) -> NoReturn:
    """Skip for want of a tool, or fail where every tool is due."""
    message = f"{what} is missing: {remedy}"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)


def chromium_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    missing("Chromium", "install it (apt-get install chromium).")


def axe_source() -> str:
    if not AXE.exists():
        missing("axe-core", "run `make e2e-tools` (needs Node).")
    return AXE.read_text(encoding="utf-8")


@contextlib.contextmanager
def validator() -> Iterator["Validator"]:
    """Run the W3C's checker on a free port of the loopback interface."""
    if not VNU.exists():
        missing("vnu", "run `make e2e-tools` (needs Node).")
    if (java := shutil.which("java")) is None:
        missing("Java", "install it (apt-get install default-jre-headless).")
    port = free_port()
    process = subprocess.Popen(
        [
            java,
            *("-Xmx512m", "-Xss8m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "-Dnu.validator.servlet.bind-address=127.0.0.1",
            *("-cp", str(VNU), "nu.validator.servlet.Main", str(port)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Validator(port, process)
    finally:
        process.terminate()
        process.wait(timeout=60)


class Validator:
    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.url = f"http://127.0.0.1:{port}/?out=json&level=error"
        self.process = process
        self.is_ready = False

    def __call__(self, html: str) -> list[dict[str, Any]]:
        """The checker's messages about this HTML."""
        self.wait()
        request = urllib.request.Request(
            self.url, data=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=180) as response:
            return json.load(response)["messages"]

    def wait(self) -> None:
        deadline = time.monotonic() + VNU_STARTS_WITHIN
        while not self.is_ready:
            try:
                urllib.request.urlopen(self.url.split("?")[0], timeout=10).close()
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail("The W3C checker did not start.")
                time.sleep(0.1)  # a bounded wait on the condition above
            else:
                self.is_ready = True
