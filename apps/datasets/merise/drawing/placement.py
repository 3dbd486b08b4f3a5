"""A grid for the boxes of a conceptual diagram, where mocodo finds none without a crossing.

Legs are straight: each box is moved, or changed for another, as long as that makes its legs shorter, crosses fewer
others and puts fewer of them under a box. No chance in it: the same model has the same place for its boxes.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil, hypot, sqrt
from typing import TypeAlias

Cell: TypeAlias = tuple[int, int]
# Of a crossing, and of a leg that goes under a box, in squares of the length of a leg.
CROSSING, UNDER = 4.0, 25.0
# Cells for each box: some stay free for legs to pass.
ROOM = 1.6
ROUNDS = 8
# Beyond it boxes stay where they were first put: moving them takes more than the square of the legs.
MANY_LEGS = 40
REACH = 2


def grid_of(links: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Rows of names, "" for an empty cell. `links` are the neighbours of each box, both ways."""
    cells = _Grid(links).settled()
    rows = sorted({row for _column, row in cells.values()})
    columns = sorted({column for column, _row in cells.values()})
    names = {cell: name for name, cell in cells.items()}
    return [[names.get((column, row), "") for column in columns] for row in rows]


class _Grid:
    def __init__(self, links: Mapping[str, Sequence[str]]) -> None:
        self._links = links
        self._side = ceil(sqrt(ROOM * len(links)))
        self._legs = sorted({(min(one, other), max(one, other)) for one in links for other in links[one]})
        self._cells: dict[str, Cell] = {}

    def settled(self) -> dict[str, Cell]:
        for name in self._in_order():
            free = set(product(range(self._side), range(self._side))) - {*self._cells.values()}
            self._cells[name] = min(free, key=lambda cell: (self._length(name, cell), cell))
        for _round in range(ROUNDS if len(self._legs) <= MANY_LEGS else 0):
            moved = [self._improve(name) for name in self._links]
            if not any(moved):
                break
        return self._cells

    def _in_order(self) -> list[str]:
        """From the box with most neighbours on, each after one that it is linked to where there is one."""
        rest = sorted(self._links, key=lambda name: -len(self._links[name]))
        order: list[str] = []
        while rest:
            linked = [name for name in rest if set(self._links[name]) & {*order}]
            name = (linked or rest)[0]
            order.append(name)
            rest.remove(name)
        return order

    def _length(self, name: str, cell: Cell) -> float:
        """Of the legs of a box that would be here; the middle of the grid if it has none."""
        near = [self._cells[other] for other in self._links[name] if other in self._cells]
        middle = self._side // 2
        return sum(_square(cell, other) for other in near or [(middle, middle)])

    def _improve(self, name: str) -> bool:
        """Put a box where it is better, in exchange for what is there; whether there is such a place."""
        at = self._cells[name]
        others = {cell: other for other, cell in self._cells.items()}
        best, place = 0.0, at
        for cell in self._around(name):
            moved = [name, *([others[cell]] if cell in others else [])]
            before = sum(map(self._tension, moved))
            self._exchange(name, others.get(cell), at, cell)
            gain = before - sum(map(self._tension, moved))
            self._exchange(name, others.get(cell), cell, at)
            if gain > best + 1e-9:
                best, place = gain, cell
        self._exchange(name, others.get(place), at, place)
        return place != at

    def _exchange(self, name: str, other: str | None, here: Cell, there: Cell) -> None:
        if other is not None:
            self._cells[other] = here
        self._cells[name] = there

    def _around(self, name: str) -> list[Cell]:
        """The cells near the middle of its neighbours."""
        near = [self._cells[other] for other in self._links[name]] or [self._cells[name]]
        column = round(sum(cell[0] for cell in near) / len(near))
        row = round(sum(cell[1] for cell in near) / len(near))
        across, down = (range(max(0, at - REACH), min(self._side, at + REACH + 1)) for at in (column, row))
        return [cell for cell in product(across, down) if cell != self._cells[name]]

    def _tension(self, name: str) -> float:
        """What the place of this box costs."""
        at = self._cells[name]
        cost = 0.0
        for other in self._links[name]:
            end = self._cells[other]
            cost += _square(at, end)
            cost += UNDER * sum(
                _is_under(cell, at, end) for each, cell in self._cells.items() if each not in {name, other}
            )
            cost += CROSSING * sum(
                _cross(at, end, self._cells[one], self._cells[two])
                for one, two in self._legs
                if not {one, two} & {name, other}
            )
        return cost + UNDER * sum(
            _is_under(at, self._cells[one], self._cells[two]) for one, two in self._legs if name not in {one, two}
        )


def _square(one: Cell, other: Cell) -> int:
    x, y = one[0] - other[0], one[1] - other[1]
    return x * x + y * y


def _side_of(point: Cell, start: Cell, end: Cell) -> int:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _cross(a: Cell, b: Cell, c: Cell, d: Cell) -> bool:
    return _side_of(a, c, d) * _side_of(b, c, d) < 0 and _side_of(c, a, b) * _side_of(d, a, b) < 0


def _is_under(cell: Cell, start: Cell, end: Cell) -> bool:
    """Whether a leg passes so near the middle of a cell that its box would hide it."""
    is_between = all(min(s, e) - 0.4 <= at <= max(s, e) + 0.4 for at, s, e in zip(cell, start, end, strict=True))
    return is_between and abs(_side_of(cell, start, end)) < 0.4 * hypot(end[0] - start[0], end[1] - start[1])
