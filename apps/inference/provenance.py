"""With what code and what libraries a model is made, as digests: the same ones, the same data and the same seed make
the same model.
"""

from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from apps.inference.spec import ModelSpec

CODE = Path(__file__).parent


def code_digest(spec: ModelSpec) -> str:
    """The SHA-256 of the sources of this app, and of the project's own module if the model is made by it."""
    module = spec.estimator.entry_point.partition(":")[0]
    own = _digest_of_module(module) if module else ""
    return sha256(f"{_digest_of_app()}{own}".encode()).hexdigest() if own else _digest_of_app()


@lru_cache
def lock_digest() -> str:
    """The SHA-256 of the locked list of libraries; "" where the code was installed without it."""
    path = CODE.parents[1] / "requirements" / "base.txt"
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@lru_cache
def _digest_of_app() -> str:
    digest = sha256()
    for path in sorted(CODE.rglob("*.py")):
        digest.update(f"{path.relative_to(CODE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _digest_of_module(name: str) -> str:
    """ "" for a module that there is not: learning will tell."""
    try:
        found = find_spec(name)
    except ImportError:
        return ""
    origin = Path(found.origin) if found and found.origin else None
    return sha256(origin.read_bytes()).hexdigest() if origin and origin.is_file() else ""
