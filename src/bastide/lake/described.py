"""Parquet files as Iceberg's manifests describe them: partition, sizes, and the bounds of every column.

One idea: what is the same for all files of a commit (which columns have bounds, which have which id) is worked out
once, which is most of what pyiceberg does a file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
from pyiceberg.io.pyarrow import (
    MetricModeTypes,
    MetricsMode,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table.metadata import TableMetadata


def describe(table: TableMetadata, files: Sequence[Path], bounded: Collection[str]) -> Iterator[DataFile]:
    """Each file, which holds rows of one partition of the table, for a snapshot. Raises OSError.

    `bounded`: the columns whose bounds are told; those of others would leave out no file, but be in every manifest.
    """
    schema, spec = table.schema(), table.spec()
    ids = parquet_path_to_id_mapping(schema)
    plan = {
        number: one if one.column_name in bounded else replace(one, mode=MetricsMode(MetricModeTypes.COUNTS))
        for number, one in compute_statistics_plan(schema, table.properties).items()
    }
    for file in files:
        found = data_file_statistics_from_parquet_metadata(
            parquet_metadata=pyarrow.parquet.read_metadata(file), stats_columns=plan, parquet_column_mapping=ids
        )
        yield DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=address(file),
            file_format=FileFormat.PARQUET,
            partition=found.partition(spec, schema),
            file_size_in_bytes=file.stat().st_size,
            sort_order_id=None,
            spec_id=table.default_spec_id,
            equality_ids=None,
            key_metadata=None,
            **found.to_serialized_dict(),
        )


def address(path: Path) -> str:
    """The file URL as pyiceberg takes it: never percent-encoded."""
    return f"file://{path.absolute()}"
