"""One statement for many rows, the quickest way in: its SQL is made once, its rows are plain tuples."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from notegen.records.database import Connection


def write_batch(
    connection: Connection, statement: Any, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Run a statement of this room for each row; `names` are those of its parameters, in a row's order.

    Parameters that are not named keep the value that the statement gives them. Nothing happens for no rows.
    """
    if not rows:
        return
    sql, places, constants = _compiled(statement, connection.dialect, names)
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


@cache
def _compiled(
    statement: Any, dialect: Any, names: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
    compiled = statement.compile(dialect=dialect)
    places = compiled.positiontup
    constants = {name: value for name, value in compiled.params.items() if name not in names}
    return str(compiled), None if places is None else tuple(places), constants
