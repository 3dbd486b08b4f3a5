"""What most programs do with an instance, in a few words; the rest is in `generated`, with `session.api`.

with Ecluse("https://ecluse.example", token=os.environ["ECLUSE_TOKEN"], on_renewed=keep) as ecluse:
    answered = ecluse.predict("orienter", [{"texte": "Un arbre est tombé"}])
    ecluse.give_feedback("orienter", answered["predictions"][0]["receipt"], is_right=True)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from ecluse_client.errors import refuse
from ecluse_client.generated.client import AuthenticatedClient
from ecluse_client.tokens import RenewedToken, RenewingToken


class Ecluse:
    """An instance, spoken to with one token. `api` is the client that the functions of `generated.api` take.

    Every refusal raises Refused, from here and from `generated`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str,
        on_renewed: Callable[[RenewedToken], None] | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        base_url = base_url.rstrip("/")
        auth = RenewingToken(base_url, token, on_renewed)
        self._http = _client(base_url, timeout_s, auth)
        self.api = AuthenticatedClient(base_url=base_url, token=token).set_httpx_client(self._http)

    @classmethod
    def sign_in(
        cls,
        base_url: str,
        *,
        email: str,
        password: str,
        name: str,
        scopes: Sequence[str],
        code: str = "",
        lifetime_days: int = 30,
        on_renewed: Callable[[RenewedToken], None] | None = None,
    ) -> Self:
        """With a new token, called `name`, that may do what `scopes` say; `code`, of the second factor if there is one.

        The password is sent once, and not kept.
        """
        asked = {
            "email": email,
            "password": password,
            "code": code,
            "name": name,
            "scopes": list(scopes),
            "lifetime_days": lifetime_days,
        }
        with _client(base_url.rstrip("/"), 30.0) as http:
            issued = http.post("/api/v1/auth/tokens/", json=asked).json()
        return cls(base_url, token=issued["token"], on_renewed=on_renewed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def models(self) -> Iterator[dict[str, Any]]:
        """The models that the owner of the token may see."""
        return self.pages("/api/v1/models/")

    def predict(
        self, model: str, rows: Sequence[Mapping[str, Any]], *, top_k: int = 3, explain: bool = False
    ) -> dict[str, Any]:
        """What the version in service answers to these rows, with a receipt for each; what counted in each answer too
        if it is to `explain` them, ten rows at most."""
        asked = {"rows": list(rows), "top_k": top_k, "explain": explain}
        answer = self._http.post(f"/api/v1/models/{model}/predict/", json=asked)
        told: dict[str, Any] = answer.json()
        return told

    def give_feedback(self, model: str, receipt: str, *, is_right: bool | None, **said: Any) -> dict[str, Any]:
        """Say whether an answer is right: `right_answer` or `right_value`, `comment`, `inputs` (what had been asked, if
        it may be read and learnt from)."""
        body = {"receipt": receipt, "is_right": is_right} | said
        told: dict[str, Any] = self._http.post(f"/api/v1/models/{model}/feedback/", json=body).json()
        return told

    def rows(self, dataset: str, *, entity: str = "", **asked: Any) -> Iterator[dict[str, Any]]:
        """The rows of a dataset, of its main entity or of another, that meet these filters, page after page."""
        place = f"{dataset}/{entity}" if entity else dataset
        return self.pages(f"/api/v1/datasets/{place}/rows/", **asked)

    def write_rows(
        self, dataset: str, entity: str, records: Sequence[Mapping[str, Any]], *, key: str = ""
    ) -> dict[str, Any]:
        """Write rows where the recipe takes some. Sent again under the same `key`, they are kept once."""
        headers = {"Idempotency-Key": key or str(uuid4())}
        place = f"/api/v1/datasets/{dataset}/{entity}/rows/"
        told: dict[str, Any] = self._http.post(place, json=list(records), headers=headers).json()
        return told

    def pages(self, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
        """What a list of the API holds, one by one, whatever the number of its pages."""
        url: str | None = path
        while url:
            page = self._http.get(url, params=asked or None).json()
            yield from page["results"]
            # Its path alone: the token is sent to no other host, whatever the instance believes its address to be.
            url, asked = page["next"] and httpx.URL(page["next"]).raw_path.decode(), {}


def _client(base_url: str, timeout_s: float, auth: httpx.Auth | None = None) -> httpx.Client:
    return httpx.Client(base_url=base_url, timeout=timeout_s, auth=auth, event_hooks={"response": [refuse]})
