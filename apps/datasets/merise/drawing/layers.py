"""Where the tables of a diagram stand, and the paths of the links between them.

Tables stand in columns, each to the right of those that it refers to. A link that goes past a column keeps a place of
its own in it, so that it runs beside tables and never under one. Between two columns the links that leave from the same
point share a track, and all of them if they come to the same point; others have one of their own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

from apps.core.charts.shapes import at

GAP, LANE, TRACK, MARGIN = 26.0, 10.0, 11.0, 12.0
SWEEPS = 6


@dataclass(frozen=True, kw_only=True)
class Size:
    """Of a table: `rows` are the heights of its lines from its top."""

    width: float
    height: float
    rows: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Link:
    """From a line of a table to a line of another, or of the same."""

    source: str
    source_row: str
    target: str
    target_row: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The left top corner of each table, and the path of each link, from what refers to what is referred to."""

    places: Mapping[str, tuple[float, float]]
    paths: Sequence[str]
    width: float
    height: float


@dataclass(eq=False)
class _Node:
    """A table, or the place that a link keeps in a column that it goes past."""

    table: str
    layer: int
    height: float
    y: float = 0.0
    before: list["_Node"] = field(default_factory=list)
    after: list["_Node"] = field(default_factory=list)


def lay_out(sizes: Mapping[str, Size], links: Sequence[Link]) -> Layout:
    """Place the tables and draw the links. The same input gives the same drawing."""
    layers = _layers(sizes, links)
    nodes = {name: _Node(name, layers[name], size.height) for name, size in sizes.items()}
    columns: dict[int, list[_Node]] = defaultdict(list)
    for name in sizes:
        columns[layers[name]].append(nodes[name])
    chains = [_chain(link, nodes, columns) for link in links]
    _order(columns)
    _stack(columns)
    return _Drawing(sizes, columns, list(zip(links, chains, strict=True))).layout()


def _layers(sizes: Mapping[str, Size], links: Sequence[Link]) -> dict[str, int]:
    """The column of each table: after all those that it refers to, but for the links that close a circle."""
    targets: dict[str, list[str]] = {name: [] for name in sizes}
    for link in links:
        targets[link.source].append(link.target)
    layers: dict[str, int] = {}
    open_: set[str] = set()

    def layer(name: str) -> int:
        if name not in layers:
            open_.add(name)
            layers[name] = max((layer(each) + 1 for each in targets[name] if each not in open_), default=0)
            open_.discard(name)
        return layers[name]

    for name in sizes:
        layer(name)
    return layers


def _chain(link: Link, nodes: Mapping[str, _Node], columns: dict[int, list[_Node]]) -> list[_Node]:
    """The nodes that a link goes through, from left to right; a place is made in each column that it goes past."""
    left, right = sorted((nodes[link.source], nodes[link.target]), key=lambda node: node.layer)
    if left.layer == right.layer:
        return [left, right]
    passed = [_Node("", layer, LANE) for layer in range(left.layer + 1, right.layer)]
    for node in passed:
        columns[node.layer].append(node)
    chain = [left, *passed, right]
    for one, other in pairwise(chain):
        one.after.append(other)
        other.before.append(one)
    return chain


def _order(columns: Mapping[int, list[_Node]]) -> None:
    """Put what is linked at the same height, as far as it goes: each node near the middle of its neighbours."""
    ranks = {node: float(rank) for column in columns.values() for rank, node in enumerate(column)}
    for sweep in range(SWEEPS):
        is_forward = sweep % 2 == 0
        for layer in sorted(columns, reverse=not is_forward):
            column = columns[layer]

            def middle(node: _Node, is_forward: bool = is_forward) -> float:
                near = node.before if is_forward else node.after
                return fmean(ranks[each] for each in near) if near else ranks[node]

            column.sort(key=middle)
            for rank, node in enumerate(column):
                ranks[node] = float(rank)


def _stack(columns: Mapping[int, list[_Node]]) -> None:
    """Give each node its height, as near as can be to those that it is linked to, without touching the next."""
    for column in columns.values():
        y = 0.0
        for node in column:
            node.y = y
            y += node.height + GAP
    for sweep in range(SWEEPS):
        for layer in sorted(columns, reverse=sweep % 2 == 1):
            _settle(columns[layer])
    top = min(node.y for column in columns.values() for node in column)
    for column in columns.values():
        for node in column:
            node.y += MARGIN - top


def _settle(column: list[_Node]) -> None:
    wanted = []
    for node in column:
        near = [*node.before, *node.after]
        middle = fmean(each.y + each.height / 2 for each in near) if near else node.y + node.height / 2
        wanted.append(middle - node.height / 2)
    # Down from the top, then back up by what that added on the whole.
    bottom = float("-inf")
    for node, y in zip(column, wanted, strict=True):
        node.y = max(y, bottom)
        bottom = node.y + node.height + GAP
    excess = fmean(node.y - y for node, y in zip(column, wanted, strict=True))
    for node in column:
        node.y -= excess


class _Drawing:
    """Columns with their places across, and the channels between them."""

    def __init__(
        self, sizes: Mapping[str, Size], columns: Mapping[int, list[_Node]], links: list[tuple[Link, list[_Node]]]
    ) -> None:
        self._sizes = sizes
        self._columns = columns
        self._links = links
        self._tracks = self._share_tracks()
        self._lefts: list[float] = []
        self._rights: list[float] = []
        x = MARGIN
        for layer in sorted(columns):
            self._lefts.append(x)
            self._rights.append(x + max((sizes[node.table].width for node in columns[layer] if node.table), default=0))
            x = self._rights[-1] + (self._used(layer) + 1) * TRACK + 2 * TRACK
        self._width = self._rights[-1] + (TRACK * (1 + self._used(max(columns))) if self._used(max(columns)) else 0)

    def _used(self, channel: int) -> int:
        return len({track for (each, _step), track in self._tracks.items() if each == channel})

    def layout(self) -> Layout:
        places = {
            node.table: (self._lefts[layer], node.y)
            for layer, column in self._columns.items()
            for node in column
            if node.table
        }
        bottom = max(node.y + node.height for column in self._columns.values() for node in column)
        paths = [self._path(rank) for rank in range(len(self._links))]
        return Layout(places=places, paths=paths, width=self._width + MARGIN, height=bottom + MARGIN)

    def _port(self, node: _Node, link: Link) -> float:
        """At which height a link meets a node."""
        if not node.table:
            return node.y + node.height / 2
        row = link.source_row if node.table == link.source else link.target_row
        return node.y + self._sizes[node.table].rows[row]

    def _ports(self, link: Link, chain: list[_Node]) -> list[float]:
        ports = [self._port(node, link) for node in chain]
        if link.source == link.target:
            rows = self._sizes[link.source].rows
            ports = [chain[0].y + rows[link.source_row], chain[0].y + rows[link.target_row]]
        return ports

    def _share_tracks(self) -> dict[tuple[int, tuple[int, int]], int]:
        """The rank of the track of each step of each link, in the channel that it crosses: longer ones outside."""
        steps: dict[int, list[tuple[float, float, int, int]]] = defaultdict(list)
        starts: dict[tuple[int, int], tuple[_Node, float]] = {}
        ends: dict[int, set[tuple[_Node, float]]] = defaultdict(set)
        for rank, (link, chain) in enumerate(self._links):
            ports = self._ports(link, chain)
            for step in range(len(chain) - 1):
                one, other = ports[step], ports[step + 1]
                steps[chain[step].layer].append((max(one, other), -abs(one - other), rank, step))
                starts[rank, step] = (chain[step], one)
                ends[chain[step].layer].add((chain[step + 1], other))
        tracks: dict[tuple[int, tuple[int, int]], int] = {}
        for channel, crossing in steps.items():
            taken: dict[tuple[_Node, float] | None, int] = {}
            for _low, _length, rank, step in sorted(crossing):
                shared = starts[rank, step] if len(ends[channel]) > 1 else None
                tracks[channel, (rank, step)] = taken.setdefault(shared, len(taken))
        return tracks

    def _path(self, rank: int) -> str:
        """From what refers to what is referred to."""
        link, chain = self._links[rank]
        ports = self._ports(link, chain)
        points: list[tuple[float, float]] = []
        for step in range(len(chain) - 1):
            one, other = chain[step], chain[step + 1]
            channel = one.layer
            x = self._rights[channel] + (self._tracks[channel, (rank, step)] + 1) * TRACK + TRACK / 2
            start = self._edge(one)
            end = self._edge(other) if one.layer == other.layer else self._lefts[other.layer]
            points += [(start, ports[step]), (x, ports[step]), (x, ports[step + 1]), (end, ports[step + 1])]
        if link.source != chain[0].table:
            points.reverse()
        (x, y), *others = points
        return f"M{at(x)} {at(y)}" + "".join(f"L{at(x)} {at(y)}" for x, y in others)

    def _edge(self, node: _Node) -> float:
        """The right side of a table, or of the column for a link that goes past."""
        return self._lefts[node.layer] + self._sizes[node.table].width if node.table else self._rights[node.layer]
