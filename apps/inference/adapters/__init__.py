"""How services of others are spoken to: one module for each kind, one interface for all (`base`)."""

from apps.inference.adapters.base import Adapter, Question, Reply, fault_of
from apps.inference.adapters.openai import OpenAi
from apps.inference.adapters.own import Own
from apps.inference.adapters.plain import PlainHttp
from apps.inference.adapters.tei import Tei
from apps.inference.adapters.v2 import V2
from apps.inference.enums import ServiceKind

ADAPTERS: dict[str, type[Adapter]] = {
    ServiceKind.OPENAI: OpenAi,
    ServiceKind.TEI: Tei,
    ServiceKind.V2: V2,
    ServiceKind.HTTP: PlainHttp,
    ServiceKind.OWN: Own,
}

__all__ = ["ADAPTERS", "Adapter", "Question", "Reply", "fault_of"]
