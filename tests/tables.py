"""Tables drawn in tests: what a reader sees on a whiteboard is what the test runs on."""

import polars as pl


def table(drawing: str, **types: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    """The rows of a drawing: a line of names, a rule, a line a row, columns apart by `|`.

    An empty cell is null. Columns are text unless a type is given.
    """
    lines = [line.strip() for line in drawing.strip().splitlines()]
    names, *rows = (
        [cell.strip() or None for cell in line.split("|")]
        for line in lines
        if set(line) - set("-+")
    )
    frame = pl.DataFrame(rows, schema=[str(name) for name in names], orient="row")
    texts = frame.cast(pl.String)
    return texts.with_columns(_typed(name, dtype) for name, dtype in types.items())


def _typed(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Boolean:
        return column == "true"
    if dtype == pl.Datetime:
        return column.str.to_datetime(
            time_unit="us", time_zone=getattr(dtype, "time_zone", None)
        )
    return column.str.to_date() if dtype == pl.Date else column.cast(dtype)
