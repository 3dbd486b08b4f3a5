"""One entity being made: its rows typed, those that others tell taken out, the rest numbered; then what is not kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from apps.datasets.engine.computing import Computing
from apps.datasets.engine.connecting import Script
from apps.datasets.engine.inputs import view_input
from apps.datasets.engine.making import Cleaned, Counts, Making, Update
from apps.datasets.engine.rejects import count_reasons, count_rows
from apps.datasets.enums import BuildMode
from apps.datasets.recipes import compiling, together
from apps.datasets.recipes.compiling import LANDED, LINEAGE, REASONS
from apps.datasets.recipes.steps.base import SOURCE
from apps.datasets.schema import ROW_ID

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection

PLACE = f"({', '.join(LINEAGE)})"
# Said after each join: DuckDB keeps the order of the rows of files, but promises none of what it joins.
IN_ORDER = f"ORDER BY {', '.join(LINEAGE)}"


@dataclass(kw_only=True)
class Entity:
    """One entity being made. Its tables in the engine are called after it, with a suffix: its name may be reserved."""

    script: Script
    computing: Computing
    making: Making
    work: Path
    others: "Mapping[str, ir.Table]"
    at_most: int | None = None
    # The tables of the rows that others tell, or that refer to none: lineage and `_reasons`.
    apart: list[str] = field(default_factory=list)
    # How many times its references were looked at.
    passes: int = 0

    @property
    def name(self) -> str:
        return self.making.name

    @property
    def kept(self) -> str:
        """The view of what is kept by now."""
        return f"{self.name}__rows"

    @property
    def rows(self) -> "ir.Table":
        return compiling.typed(self.making.schema, name=self.kept)

    def keep(self) -> None:
        """Type the rows of each input; take out those that others already tell; number the rest."""
        recipe, schema = self.making.recipe, self.making.schema
        files: list[Path] = []
        for rank in self._ranks:
            landed = self.making.inputs[rank]
            columns = view_input(self.script, self._input(rank), rank, landed, at_most=self.at_most)
            table = compiling.landed(columns, name=self._input(rank))
            rows = compiling.compile_input(recipe, rank, schema, table, others=self.others)
            sound = compiling.sound(rows, schema)
            if any(step.needs for step in recipe.steps_of(rank)):
                sound = sound.order_by(list(LINEAGE))
            files += self.computing.keep(f"{self.name}__sound_{rank + 1}", sound)
        self._see_sound(files)
        for number, step in enumerate(self.making.deduplications, start=1):
            self._set_apart(f"{self.name}__merged_{number}", together.merged(self._sound(), step))
        if (later := together.duplicates(self._sound(), schema, recipe.mode)) is not None:
            self._set_apart(f"{self.name}__duplicates", later)
        for number, rule in enumerate(self.making.unique_rules, start=1):
            self._set_apart(f"{self.name}__repeated_{number}", together.repeated(self._sound(), rule))
        self._number(f"{self.name}__sound", self.apart, is_in_order=not self.apart)

    def take_out_orphans(self, referred: "Mapping[str, ir.Table]") -> bool:
        """Take out of the rows those that refer to none; whether there were any."""
        self.passes += 1
        name = f"{self.name}__orphans_{self.passes}"
        links = [each for each in together.links(self.making.recipe, self.making.schema) if each[0].entity in referred]
        if not links or not self._set_apart(name, together.orphans(self.rows, links, referred)):
            return False
        kept = self.work / f"{name}__left.parquet"
        self.script.copy(
            f"SELECT * EXCLUDE {ROW_ID}\nFROM {self.kept}\nANTI JOIN {name} USING {PLACE}", to=kept, tell_as=kept.name
        )
        self.script.view(f"{name}__left", [kept])
        self._number(f"{name}__left", [], is_in_order=False)
        return True

    def set_aside(self) -> Cleaned:
        """Write what is not kept, with the reasons, and count. The columns of rows from several inputs may differ, so
        that each is written as JSON, here, since engines do not agree on how to write it.
        """
        apart = [f"SELECT * FROM {table}" for table in self.apart]  # noqa: S608 -- names that were checked
        self.script.run(
            f"CREATE TEMP VIEW {self.name}__apart AS\n" + "\nUNION ALL\n".join(apart)
            if apart
            else f"CREATE TEMP VIEW {self.name}__apart AS\n"
            f"SELECT {', '.join(LINEAGE)}, [] AS {REASONS} FROM {self.kept} WHERE FALSE"
        )
        queries = [self._rejects_of(rank) for rank in self._ranks]
        if self.making.base:
            self.script.view(f"{self.name}__base_rejects", [self.making.base.rejects])
            queries.insert(0, f"SELECT * FROM {self.name}__base_rejects")  # noqa: S608 -- our own name
        rejects = "\nUNION ALL\n".join(queries)
        written = self.script.copy(
            f"{rejects}\n{IN_ORDER}", to=self.making.rejects_to, tell_as=f"{self.name}.rejects.parquet"
        )
        counts = [self._counted(rank) for rank in range(len(self.making.inputs))]
        before = self._seen_again(counts.pop()) if self.making.is_update else Counts()
        cleaned = Cleaned(
            entity=self.name,
            by_input=tuple(counts),
            reasons=count_reasons(self.script.connection, self.making.rejects_to),
            before=before,
            update=self._update(before) if self.making.is_update else None,
        )
        self._lose_nothing(cleaned, written)
        return cleaned

    def _lose_nothing(self, cleaned: Cleaned, written: int) -> None:
        """Two rows from the same place, say: better no version than one with rows lost."""
        total = cleaned.counts
        if total.read != total.kept + written + cleaned.before.left_out:
            raise RuntimeError(
                f"{total.read} rows came to {self.name}, {total.kept} were kept and {written} set aside."
            )

    def _input(self, rank: int) -> str:
        return f"{self.name}__input_{rank + 1}"

    @property
    def _ranks(self) -> list[int]:
        """The inputs that bring something."""
        return [rank for rank, landed in enumerate(self.making.inputs) if landed.files]

    def _see_sound(self, files: Sequence[Path]) -> None:
        """The sound rows are those of these files, after those that were made before if they are added to some."""
        name, base = f"{self.name}__sound", self.making.base
        if base is None:
            self.script.view(name, files)
            return
        self.script.view(f"{self.name}__base", [base.rows])
        made = [f"SELECT * EXCLUDE {ROW_ID} FROM {self.name}__base"]  # noqa: S608 -- our own name
        if files:
            self.script.view(f"{self.name}__new", files)
            made.append(f"SELECT * FROM {self.name}__new")  # noqa: S608 -- our own name
        self.script.run(f"CREATE TEMP VIEW {name} AS\n" + "\nUNION ALL BY NAME\n".join(made))

    def _sound(self) -> "ir.Table":
        """The sound rows, without those that were set apart by now."""
        import ibis

        sound = compiling.typed(self.making.schema, name=f"{self.name}__sound")
        for name in self.apart:
            sound = sound.anti_join(ibis.table(LINEAGE, name=name), list(LINEAGE))
        return sound

    def _set_apart(self, name: str, found: "ir.Table") -> bool:
        """List these rows, with their reasons, under this name; whether there are any."""
        self.computing.keep(name, found)
        ((count,),) = self.script.run(f"SELECT count(*) FROM {name}", tell=False)  # noqa: S608 -- names that were checked
        if count:
            self.apart.append(name)
        return bool(count)

    def _number(self, table: str, apart: Sequence[str], *, is_in_order: bool) -> None:
        """Write the rows of this table, but for those apart, as those of the entity."""
        without = "".join(f"\nANTI JOIN {each} USING {PLACE}" for each in apart)
        is_updated = self.making.recipe.mode == BuildMode.UPSERT
        # What a row comes from changes with each update; its key does not.
        order = f"ORDER BY {', '.join(self.making.schema.key)}" if is_updated else IN_ORDER
        rows = table if is_in_order and not is_updated else f"(\nFROM {table}{without}\n{order}\n) AS in_order"
        numbered = f"SELECT row_number() OVER () AS {ROW_ID}, *\nFROM {rows}"
        self.script.copy(numbered, to=self.making.rows_to, tell_as=f"{self.name}.parquet")
        self.script.view(self.kept, [self.making.rows_to])

    def _rejects_of(self, rank: int) -> str:
        """The query of what is set aside of this input."""
        leftover, recipe = f"{self._input(rank)}__leftover", self.making.recipe
        self.script.run(
            f"CREATE TEMP VIEW {leftover} AS\nSELECT *\nFROM {self._input(rank)}\nANTI JOIN {self.kept} USING {PLACE}"
        )
        table = compiling.landed(_columns(self.script.connection, leftover), name=leftover)
        rows = compiling.compile_input(recipe, rank, self.making.schema, table, others=self.others, with_source=True)
        judged = f"{self._input(rank)}__judged"
        self.computing.keep(judged, compiling.judged(rows, recipe, rank))
        # What another row tells is no news of a version.
        is_told = "list_contains([each.code FOR each IN reasons], 'merged')"
        told = f"\nWHERE NOT {is_told}" if self.making.is_update and rank == len(self.making.inputs) - 1 else ""
        return (
            f"SELECT {', '.join(LINEAGE)}, coalesce(apart.{REASONS}, judged.{REASONS}) AS reasons,"
            f" CAST(to_json(judged.{SOURCE}) AS VARCHAR) AS record\n"
            f"FROM {judged} AS judged\nLEFT JOIN {self.name}__apart AS apart USING {PLACE}{told}"
        )

    def _seen_again(self, counts: Counts) -> Counts:
        """Those of the version before, once it is known which are kept, and which have a fault today."""
        return replace(counts, left_out=counts.read - counts.kept - counts.rejected)

    def _update(self, before: Counts) -> Update:
        """What became of the rows of the version before, by their key."""
        last, schema = len(self.making.inputs), self.making.schema
        keys = " AND ".join(f"today.{name} = before.{name}" for name in schema.key)
        same = " AND ".join(f"today.{name} IS NOT DISTINCT FROM before.{name}" for name in schema.names)
        ((added, changed, unchanged, kept),) = self.script.run(
            f"SELECT count(*) FILTER (today._input <> {last - 1} AND before._row IS NULL),"
            f" count(*) FILTER (today._input <> {last - 1} AND before._row IS NOT NULL AND NOT ({same})),"
            f" count(*) FILTER (today._input <> {last - 1} AND before._row IS NOT NULL AND ({same})),"
            f" count(*) FILTER (today._input = {last - 1})\n"
            f"FROM {self.kept} AS today\nLEFT JOIN {self.name}__sound_{last} AS before ON {keys}"
        )
        removed = before.read - kept - changed - unchanged
        return Update(added=added, changed=changed, unchanged=unchanged, kept=kept, removed=removed)

    def _counted(self, rank: int) -> Counts:
        read = self.making.base.read if self.making.base else 0
        if rank in self._ranks:
            ((new,),) = self.script.run(f"SELECT count(*) FROM {self._input(rank)}", tell=False)  # noqa: S608 -- names that were checked
            read += new
        ((kept,),) = self.script.run(f"SELECT count(*) FROM {self.kept} WHERE _input = {rank}", tell=False)  # noqa: S608 -- names that were checked
        rejected, left_out = count_rows(self.script.connection, self.making.rejects_to, rank)
        return Counts(read=read, kept=kept, rejected=rejected, left_out=left_out)


def _columns(connection: "DuckDBPyConnection", name: str) -> list[str]:
    described = connection.execute(f"SELECT * FROM {name} LIMIT 0").description or ()  # noqa: S608 -- our own names
    return [column[0] for column in described if column[0] not in LANDED]
