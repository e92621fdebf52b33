"""Parquet files as CSV, for those who have no Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .run_folder import new_file


def write_csv(parts: Sequence[Path], to: Path) -> None:
    """Write the rows of Parquet files of the same columns into one CSV file, batch by batch."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    kept = pq.read_schema(parts[0])
    # CSV is written of plain texts only, not of numbers that stand for them
    plain = pa.schema([(field.name, field.type.value_type)
                       if pa.types.is_dictionary(field.type) else (field.name, field.type)
                       for field in kept])  # fmt: skip
    options = pc.WriteOptions(quoting_style="needed")
    with new_file(to, force=True) as file, pc.CSVWriter(file, plain, write_options=options) as out:
        for part in parts:
            with pq.ParquetFile(part) as rows:
                for batch in rows.iter_batches(columns=plain.names):
                    out.write_table(pa.Table.from_batches([batch]).cast(plain))
