"""How scenario files are found: the shipped ones by name, a user's by path."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palca.model.errors import PalcaError, nearest, point, short

if TYPE_CHECKING:
    import pyarrow as pa

LIBRARY = Path(__file__).parents[1]
_LARGEST = 1_000_000  # bytes; a scenario or policy is a page of text
# A key of n parts takes Python's parser n * n steps: hours, for one that fills a small file.
_MOST_DOTS = 200  # in a line, and
_MOST_DOTS_IN_ALL = 100_000  # each part of a key becomes a table of its own
_FLOAT = re.compile(r"(?<![.\w])\d+\.\d+(?![.\w])")
_BARE_MONTH = re.compile(r"= *\d{4}-\d\d *([,}\]#]|$)", re.MULTILINE)
_BARE_COMMA = re.compile(r"= *([-+]?\d+,\d+)")
_MOST_COLUMNS = 1000
_LARGEST_TABLE = 64_000_000  # bytes that a table's pages may come to, beside _ROOM for each cell
_ROOM = 64
_LONGEST_CELL = 1000  # bytes of a text
_LARGEST_WHOLE = 2**63  # of TOML's whole numbers, which Python's parser doesn't keep to


def shipped_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios of Bolivia by name."""
    return {path.stem: path for path in sorted(LIBRARY.glob("*.toml"))}


def elsewhere_scenarios() -> dict[str, Path]:
    """Return the shipped scenarios of other countries by name: one of each, and some of a time."""
    made = {path.parent.name: path for path in LIBRARY.glob("countries/*/scenario.toml")}
    some = {path.stem: path for path in LIBRARY.glob("elsewhere/*.toml")}
    return dict(sorted({**made, **some}.items()))


def shipped_countries() -> dict[str, Path]:
    """Return the files of the shipped countries by name."""
    made = {path.parent.name: path for path in LIBRARY.glob("countries/*/country.toml")}
    return dict(sorted({**made, **{p.stem: p for p in LIBRARY.glob("countries/*.toml")}}.items()))


def shipped_policies(actor: str) -> dict[str, Path]:
    """Return the shipped policies of an actor by name."""
    return {path.stem: path for path in sorted((LIBRARY / "policies" / actor).glob("*.toml"))}


def find_scenario(name: str, beside: Path | None = None, where: str = "") -> Path:
    """Return the file of a scenario, as :func:`find` does."""
    return find(name, {**shipped_scenarios(), **elsewhere_scenarios()}, beside, "scenario", where)


def scenario_beside(name: str, folder: Path, where: str) -> str:
    """Return the scenario that a file in a folder names: a shipped name, or the path found."""
    path = find_scenario(name, folder, where)
    shipped = {**shipped_scenarios(), **elsewhere_scenarios()}
    return name if name in shipped else str(path)


def find_policy(actor: str, name: str, beside: Path | None = None, where: str = "") -> Path:
    """Return the file of an actor's policy, as :func:`find` does."""
    return find(name, shipped_policies(actor), beside, f"policy of '{actor}'", where)


def find_country(name: str, beside: Path | None = None, where: str = "") -> Path:
    """Return the file of a country, as :func:`find` does."""
    return find(name, shipped_countries(), beside, "country", where)


def find_driver(name: str, beside: Path | None = None, where: str = "") -> Path:
    """Return the file of a driver, as :func:`find` does."""
    shipped = {path.stem: path for path in sorted((LIBRARY / "drivers").glob("*.csv"))}
    return find(name, shipped, beside, "driver", where)


def find(
    name: str, shipped: dict[str, Path], beside: Path | None, what: str, where: str = ""
) -> Path:
    """Return the file of a shipped name, or of a path.

    Parameters
    ----------
    name : str
    shipped : dict of str to Path
        What comes with Palca, by name.
    beside : Path or None
        The folder of the file that has the name, from which a path counts; the current one for
        a name of the command line.
    what : str
        What is looked for, for errors.
    where : str
        Where it is named, for errors.

    Raises
    ------
    PalcaError
        If there is no such file.
    """
    if name in shipped:
        return shipped[name]
    if not name or "\0" in name:
        raise PalcaError(f"{name!r} is no {what}; shipped are: {', '.join(shipped)}", where)
    path = Path(name)
    if beside is not None and not path.is_absolute():
        path = beside / path
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise PalcaError(f"'{name}' is a folder; name a file", where)
    except OSError:
        pass  # a name too long for a path, or one that may not be looked at
    if Path(name).suffix or "/" in name:
        raise PalcaError(f"no {what} '{short(name)}': there is no such file", where)
    raise PalcaError(
        f"no {what} '{short(name)}'{nearest(name, shipped)}; shipped are: "
        f"{', '.join(shipped)}; or give the path of a file",
        where,
    )


def label(path: Path) -> str:
    """Return how errors name a file: shipped ones from their folder, others as they are."""
    try:
        return path.relative_to(LIBRARY).as_posix()
    except ValueError:
        return str(path)


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    PalcaError
        If it can't be read, is too large, or isn't UTF-8.
    """
    try:
        if not path.is_file() and path.exists():  # a pipe would be waited for
            raise PalcaError("is no file", label(path))
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PalcaError(f"can't be read ({error.strerror})", label(path)) from None
    if len(data) > _LARGEST:
        raise PalcaError(f"larger than {_LARGEST:,} bytes", label(path))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PalcaError(f"not UTF-8 text (byte {error.start})", label(path)) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's table; errors as in :func:`read_text` and :func:`parse_toml`."""
    return parse_toml(read_text(path), label(path))


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Return the table that a TOML text makes.

    Raises
    ------
    PalcaError
        If it isn't TOML; `where` names its file.
    """
    if len(text) > _LARGEST:
        raise PalcaError(f"has more than {_LARGEST:,} characters", where)
    if any(
        line.count(".") > _MOST_DOTS and _FLOAT.sub("", line).count(".") > _MOST_DOTS
        for line in text.splitlines()
    ):
        raise PalcaError(f"a line has more than {_MOST_DOTS} dots: break it into several", where)
    if text.count(".") > _MOST_DOTS_IN_ALL and _FLOAT.sub("", text).count(".") > _MOST_DOTS_IN_ALL:
        raise PalcaError(f"has more than {_MOST_DOTS_IN_ALL:,} dots", where)
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
        _check_whole_numbers(table)
    except tomllib.TOMLDecodeError as error:
        comma = _BARE_COMMA.search(text)
        mend = point(comma[1]) if comma else ""
        mend += "; put months in quotes" if _BARE_MONTH.search(text) else ""
        raise PalcaError(f"not valid TOML: {error}{mend}".replace("\n", " "), where) from None
    except (RecursionError, ValueError) as error:
        raise PalcaError(f"not usable TOML: {type(error).__name__}", where) from None
    return table


def _check_whole_numbers(value: Any) -> None:
    if isinstance(value, int) and not -_LARGEST_WHOLE <= value < _LARGEST_WHOLE:
        raise tomllib.TOMLDecodeError("a whole number is too large: it must fit in 64 bits")
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_whole_numbers(inner)


def read_columns(
    path: Path, most: int, columns: Sequence[str] | None = None, texts: Collection[str] = ()
) -> pa.Table:
    """Return columns of a Parquet file, which may be malicious: numbers, and some texts.

    The sizes that the file declares are checked before a page is read, since a few bytes can
    ask for all memory of the machine. Its metadata for pandas are ignored.

    Parameters
    ----------
    most : int
        Rows that it may have.
    columns : sequence of str, optional
        Which columns; all if None.
    texts : collection of str
        Those of them that hold texts.

    Raises
    ------
    PalcaError
        If it can't be read, or is another table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    where = label(path)
    try:
        with pq.ParquetFile(
            path,
            read_dictionary=[*texts],  # a text is kept once, however many rows have it
            page_checksum_verification=True,
        ) as file:
            names = file.schema_arrow.names
            wanted = names if columns is None else list(columns)
            if file.metadata.num_rows > most:
                raise PalcaError(f"has {file.metadata.num_rows:,} rows, more than {most:,}", where)
            if len(names) > _MOST_COLUMNS:
                raise PalcaError(f"has more than {_MOST_COLUMNS:,} columns", where)
            for name in wanted:
                if names.count(name) != 1:
                    raise PalcaError(f"has no column '{name}', or two", where)
                _check_kind(name, file.schema_arrow.field(name).type, name in texts, where)
            # not by columns: to be asked of one that is broken ends pyarrow, and this process
            groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
            room = _LARGEST_TABLE + _ROOM * file.metadata.num_rows * len(names)
            if (
                sum(group.num_rows for group in groups) != file.metadata.num_rows
                or any(group.num_rows < 0 for group in groups)
                or sum(group.total_byte_size for group in groups) > room
            ):
                raise PalcaError("is no Parquet file that can be read (its parts contradict the "
                                 "whole)", where)  # fmt: skip
            schema = pa.schema([file.schema_arrow.field(name) for name in wanted])
            batches = [*file.iter_batches(columns=wanted)]  # whole, it makes room for what is said
        table = pa.Table.from_batches(batches, batches[0].schema if batches else schema)
        table.validate(full=True)
        return _short_texts(table.select(wanted).replace_schema_metadata(None), where)
    except (OSError, pa.ArrowException, ValueError, KeyError, MemoryError) as error:
        raise PalcaError(
            f"is no Parquet file that can be read ({type(error).__name__})", where
        ) from None


def _short_texts(table: pa.Table, where: str) -> pa.Table:
    """Return a table with its texts written out, once they are known to be short."""
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            import pyarrow.compute as pc  # only here, as it takes long

            for chunk in table.column(i).chunks:
                lengths = pc.call_function("binary_length", [chunk.dictionary])
                longest = pc.call_function("max", [lengths]).as_py()
                if (longest or 0) > _LONGEST_CELL:
                    raise PalcaError(f"'{field.name}' has a text of {longest:,} bytes", where)
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
    return table


def _check_kind(name: str, kind: pa.DataType, is_text: bool, where: str) -> None:
    from pyarrow import types

    if is_text:
        letters = kind.value_type if types.is_dictionary(kind) else kind
        fits = types.is_string(letters) or types.is_large_string(letters)
    else:
        fits = types.is_floating(kind) or types.is_integer(kind) or types.is_boolean(kind)
    if not fits:
        raise PalcaError(f"'{name}' must be {'texts' if is_text else 'numbers'}", where)
