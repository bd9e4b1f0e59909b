"""One statement for many rows, the quickest way in: its SQL is made once, its rows are plain tuples."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from notegen.records.database import Connection, compiled


def write_batch(
    connection: Connection, statement: Any, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Run a statement of this room for each row; `names` are those of its parameters, in a row's order.

    Parameters that are not named keep the value that the statement gives them. Nothing happens for no rows.
    """
    if not rows:
        return
    sql, places, values = compiled(statement, connection.dialect)
    constants = {name: value for name, value in values.items() if name not in names}
    if constants:
        names = (*names, *constants)
        rows = [(*row, *constants.values()) for row in rows]
    if places is None:
        connection.exec_driver_sql(sql, [dict(zip(names, row, strict=True)) for row in rows])
    elif places == names:
        connection.exec_driver_sql(sql, list(rows))
    else:
        place = itemgetter(*map(names.index, places))
        connection.exec_driver_sql(sql, [place(row) for row in rows])
