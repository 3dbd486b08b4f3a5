"""What to put in an address that takes arguments, so that its page can be visited.

A sample is a function of the person who visits. It makes what the page shows (theirs, when the page shows people their
own) and yields the arguments; what follows the `yield` takes away what would change the other pages:

    @sample("datasets:detail")
    def a_dataset(person: User) -> Iterator[Arguments]:
        yield {"slug": DatasetFactory(owner=person).slug}

A query string goes under the key "?". A page without arguments that needs something to be there has a sample too.
The pages of the administration take an object of their model: any that exists, or the one that `OBJECTS` makes.

Each app has a module here, found by being there, which registers its own in `registry.py`.
"""

import contextlib
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

from django.contrib import admin

from apps.accounts.models import User
from tests.e2e.addresses import Address
from tests.e2e.samples.registry import OBJECTS, SAMPLES, Arguments, Sample

# Pages drawn by someone else's script, offered beside ours: only what they load, and how we serve them, is judged.
NOT_OURS = {
    "api-swagger": "Swagger UI, marked as an extra: the accessible reference of the API is the page api-docs",
}
# Pages that refuse some of those whom their declared access lets in: the page → whom it receives.
RECEIVES: dict[str, Callable[[User], bool]] = {
    "gallery": lambda person: person.is_staff,
}


class NoSampleError(LookupError):
    """An address takes arguments and nobody has said which."""


@contextlib.contextmanager
def arguments_for(address: Address, person: User) -> Iterator[Arguments]:
    """The arguments of this address for this person, for the time of the visit."""
    make = SAMPLES.get(address.name.rstrip("+")) or admin_sample(address)
    if make is None:
        if address.arguments:
            raise NoSampleError(
                f"{address.name} takes {', '.join(sorted(address.arguments))}: say in tests/e2e/samples/\n"
                f'    @sample("{address.name}")\n'
                f"    def a_name(person): yield {{{', '.join(f'{name!r}: ...' for name in sorted(address.arguments))}}}"
            )
        yield {}
        return
    steps = make(person)
    arguments = next(steps)
    try:
        yield arguments
    finally:
        next(steps, None)


def admin_sample(address: Address) -> Sample | None:
    """The pages that the administration makes for each registered model, given one object."""
    if "admin" not in address.namespaces or "object_id" not in address.arguments:
        return None
    model = next(
        (
            model
            for model in admin.site._registry
            if address.name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
            or address.pieces[-2:-1] == (f"^{model._meta.app_label}/{model._meta.model_name}/",)
        ),
        None,
    )
    if model is None:
        return None

    def one_object(person: User) -> Iterator[Arguments]:
        label = model._meta.label_lower
        instance = OBJECTS[label](person) if label in OBJECTS else model._default_manager.first()
        if instance is None:
            raise NoSampleError(f'There is no {label}: make one in tests/e2e/samples/, OBJECTS["{label}"] = ...')
        yield {"object_id": instance.pk}

    return one_object


# Apps add theirs by adding a module.
for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
