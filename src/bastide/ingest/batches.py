"""Items into batches, and batches through worker processes.

One idea: a batch is about 100 MB of records and ends where a day or an account does when it can, so that a partition
gets few files. Processes are spawned once for a run; what they are ahead of the commits is bounded.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from bastide.errors import IncompleteError
from bastide.ingest.source import Folder, Item, Source
from bastide.ingest.worker import Job, Outcome, perform

# A batch's stored bytes, of compressed and of plain files: about 110 MB of records, which one process converts in 1 s.
_PACKED, _PLAIN, _MOST = 14_000_000, 112_000_000, 2_000
_PACKED_ENDS = (".gz", ".zst", ".parquet")
_AHEAD = 2  # batches that wait for a process


def split(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items in batches, in their order."""
    batch: list[Item] = []
    share = 0.0
    for item in items:
        if batch and share >= 0.75 and (item.day, item.account) != (batch[-1].day, batch[-1].account):
            yield batch
            batch, share = [], 0.0
        packed = item.key.endswith(_PACKED_ENDS)
        batch.append(item)
        share += item.size / (_PACKED if packed else _PLAIN)
        if share >= 1 or len(batch) >= _MOST:
            yield batch
            batch, share = [], 0.0
    if batch:
        yield batch


def read_batch(source: Source, items: Sequence[Item], folder: Path) -> tuple[Path, ...]:
    """A path with each item's bytes: its own when it is a file of this machine, else a copy under `folder`.

    Raises TargetError when an object cannot be read, IncompleteError when the disk is full.
    """
    if isinstance(source, Folder):
        return tuple(source.path_of(item) for item in items)
    paths = tuple(folder / str(number) for number in range(len(items)))

    def copy(item: Item, path: Path) -> None:
        path.write_bytes(source.read(item))

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if source.threads == 1:
            list(map(copy, items, paths))
        else:
            with ThreadPoolExecutor(source.threads) as readers:
                list(readers.map(copy, items, paths))
    except OSError as wrong:
        raise IncompleteError(
            f"objects could not be copied: {wrong.strerror or wrong}", str(folder), "make room and run again"
        ) from wrong
    return paths


def perform_all(jobs: Iterator[Job], workers: int) -> Iterator[Outcome]:
    """The jobs' outcomes as they come; with one worker in this process. Raises what `perform` does."""
    if workers <= 1:
        yield from map(perform, jobs)
        return
    # Spawned, not forked: pyarrow and DuckDB have threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ignore_interrupt) as pool:
        running: set[Future[Outcome]] = set()
        try:
            for job in jobs:
                running.add(pool.submit(perform, job))
                if len(running) >= workers + _AHEAD:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BrokenProcessPool as wrong:
            raise IncompleteError(
                "a worker process was killed, perhaps for want of memory", fix="run again, with fewer --workers"
            ) from wrong
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _ignore_interrupt() -> None:
    """Ctrl-C reaches every process of the terminal; the main one decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
