"""Spark on this machine over the same Parquet files: what a cluster would answer, tried before there is one.

One idea: the same sources become temporary views; the SQL is the portable one, rendered for Spark. Spark in this
process is not locked as DuckDB is: only what passed the SQL guard and the portable subset reaches it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import pyarrow

from bastide.errors import InputError
from bastide.lake.engine.answer import Answer
from bastide.lake.engine.source import Source, arrow_rows
from bastide.lake.sql.ddl import HIVE_TYPES

MEMORY = "4g"


def open_spark() -> Any:
    """A Spark session in UTC on all cores, the running one where there is one.

    Raises:
        InputError: PySpark is not installed, or Java does not start.
    """
    if find_spec("pyspark") is None:
        raise InputError("Spark is not installed", fix="pip install 'bastide[spark]', and Java 17 or newer")
    import pyspark.errors  # noqa: PLC0415
    import pyspark.sql  # noqa: PLC0415 - 450 MB that few have

    builder = pyspark.sql.SparkSession.builder.master(f"local[{os.cpu_count() or 1}]").appName("bastide")
    settings = {
        "spark.driver.memory": MEMORY,
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        # What DuckDB writes has no Spark footer; the column names are compared without regard to case, as in SQL.
        "spark.sql.caseSensitive": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (OSError, RuntimeError, pyspark.errors.PySparkException) as wrong:
        raise InputError(
            f"Spark does not start: {type(wrong).__name__}", fix="install Java 17 and set JAVA_HOME"
        ) from wrong


def run(sources: Sequence[Source], sql: str, *, limit: int, where: str) -> Answer:
    """The answer to a question in Spark's dialect.

    Raises:
        InputError: there is no Spark, or the question has no meaning over these tables.
    """
    session = open_spark()
    for source in sources:
        show(session, source)
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        table = session.sql(sql).toArrow()
    except (PySparkException, Py4JError) as wrong:
        raise InputError(f"Spark: {_reason(str(wrong))}", where) from wrong
    return Answer(table.schema, _batches(table), limit)


def _reason(text: str) -> str:
    """The line of a Java stack that says why."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (causes or lines or ["no reason given"])[-1 if causes else 0]


def _batches(table: pyarrow.Table) -> Iterator[pyarrow.RecordBatch]:
    yield from table.to_batches()


def show(session: Any, source: Source) -> None:
    """A temporary view of a source, cut to its span."""
    schema = ", ".join(f"`{column.name}` {HIVE_TYPES[column.type]}" for column in source.columns)
    if source.files:
        # The schema is given, so that files of older declarations read as null where they lack a column. Partition
        # folders (_day=…) are hidden from Spark's own discovery by naming the files.
        frame = session.read.schema(schema).parquet(*source.files)
    else:
        frame = session.createDataFrame(arrow_rows(source))
    if source.time and source.span.since:
        frame = frame.where(f"`{source.time}` >= TIMESTAMP '{source.span.since.isoformat()}'")
    if source.time and source.span.until:
        frame = frame.where(f"`{source.time}` < TIMESTAMP '{source.span.until.isoformat()}'")
    if source.span.accounts:
        frame = frame.where(frame["account"].isin(*source.span.accounts))
    if selection := source.span.selection(source.name):
        frame = frame.where(selection.replace('"', "`"))
    frame.createOrReplaceTempView(source.name)
