"""What a listing asks of each of its resources, asked by several threads at once.

One idea: the caller works through the items itself, and idle threads lend it a hand. So no listing waits for a free
thread, and listings inside of listings cannot lock each other out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Hands:
    """Threads that all listings of a target share; they start when the first of them is needed."""

    def __init__(self, number: int) -> None:
        """``number`` threads beside the callers' own; with none every caller works alone."""
        self._number = number
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="hand") if number else None

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What ``work`` returns for every item, in the order of the items.

        Raises: what ``work`` raises; nothing more is begun then.
        """
        todo: SimpleQueue[tuple[int, T]] = SimpleQueue()
        for numbered in enumerate(items):
            todo.put(numbered)
        results: dict[int, R] = {}

        def take() -> None:
            try:
                for number, item in _taken(todo):
                    results[number] = work(item)
            except BaseException:
                list(_taken(todo))
                raise

        wanted = min(self._number, todo.qsize() - 1)
        hands = [self._pool.submit(take) for _ in range(wanted)] if self._pool else []
        try:
            take()
        finally:
            begun = [hand for hand in hands if not hand.cancel()]
            wait(begun)
        for hand in begun:
            hand.result()
        return [results[number] for number in sorted(results)]


def _taken(todo: SimpleQueue[T]) -> Iterator[T]:
    """Items until none is left."""
    while True:
        try:
            yield todo.get_nowait()
        except Empty:
            return
