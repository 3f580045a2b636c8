"""Writing tables so that the same rows are the same bytes: no index, no versions of ours in the file."""

import numpy as np
import pandas as pd

ROWS = 262_144  # of a Parquet row group


def write_parquet(file, frame, words=()):
    """Write a frame as Parquet (zstd); columns named in `words` hold few different texts.

    pandas' own notes are left out: they name versions. Whole numbers are written in 32 bits, times in
    milliseconds with the zone.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: _column(pa, frame[name], name in words) for name in frame})
    plain = {name: _encoding(name, table[name].type, pa) for name in table.column_names if name not in words}
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        table.replace_schema_metadata(None),
        file,
        compression="zstd",
        compression_level=19,
        row_group_size=ROWS,
        use_dictionary=[name for name in words],
        write_statistics=False,
        column_encoding={name: how for name, how in plain.items() if how},
        data_page_size=1 << 20,
    )
    return file


def _column(pa, column, word):
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        # As UTC in the file; the zone stands beside it.
        return pa.array(column, type=pa.timestamp("ms", tz=str(column.dt.tz)))
    if column.dtype == "Int64" or column.dtype.kind == "i":
        return pa.array(column, type=pa.int32(), from_pandas=True)
    if column.dtype.kind == "M":
        return pa.array(column, type=pa.timestamp("ms"))
    if column.dtype.kind == "f":
        return pa.array(column, type=pa.float32(), from_pandas=True)
    if column.dtype == "boolean" or column.dtype.kind == "b":
        return pa.array(column, type=pa.bool_(), from_pandas=True)
    return pa.array(column.astype(object).where(column.notna(), None), type=pa.string())


def _encoding(name, kind, pa):
    """What makes the column smallest before zstd sees it; plain where nothing helps."""
    if pa.types.is_timestamp(kind):
        return "DELTA_BINARY_PACKED"
    if pa.types.is_integer(kind):
        return "BYTE_STREAM_SPLIT"
    return "DELTA_BYTE_ARRAY" if name == "call_id" else None


def write_csv(file, frame):
    """Write a frame as CSV: days as 2026-09-30, numbers as short as they can be."""
    shown = frame.assign(**{name: _short(frame[name]) for name in frame if frame[name].dtype.kind in "fM"})
    shown.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")
    return file


def _short(column):
    if column.dtype.kind == "M":
        return column.dt.strftime("%Y-%m-%d")
    return [("" if np.isnan(value) else f"{value:.10g}") for value in column]
