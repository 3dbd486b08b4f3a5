"""Names that columns can have: those that the source gives, but for blank ones, those said twice and landing's own."""

from collections.abc import Iterable, Sequence

from apps.collection.connectors.base import ROW

# Names that landing gives to columns of its own.
RESERVED = (ROW, "_run", "_part", "_seq")
MAX_NAME = 200


def unique_names(names: Sequence[str], *, width: int) -> tuple[str, ...]:
    """Names as the file writes them, but for those that cannot be a column's: blank, said twice or ours."""
    unique: list[str] = []
    taken = {name.casefold() for name in RESERVED}
    for index in range(width):
        base = " ".join(names[index].split()) if index < len(names) else ""
        base = base[:MAX_NAME] or f"column_{index + 1}"
        name, rank = base, 1
        while name.casefold() in taken:
            rank += 1
            name = f"{base}_{rank}"
        taken.add(name.casefold())
        unique.append(name)
    return tuple(unique)


class Keys:
    """The columns of records that name their values themselves: those that were seen at the start, then the others.

    Which column a key has depends on the first ones alone, so that reading from any record on gives the same.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self.columns = dict(zip(keys, unique_names(keys, width=len(keys)), strict=True))

    def all_of(self, keys: Iterable[str]) -> dict[str, str]:
        """The column of each key of these records, and of those that were seen at the start."""
        unseen = [key for key in keys if key not in self.columns]
        if not unseen:
            return self.columns
        names = [*self.columns.values(), *(" ".join(key.split()) or "column" for key in unseen)]
        return dict(zip([*self.columns, *unseen], unique_names(names, width=len(names)), strict=True))


def free_name(name: str, taken: Sequence[str]) -> str:
    """This name, or one close to it that no column has."""
    return unique_names([*taken, name], width=len(taken) + 1)[-1]
