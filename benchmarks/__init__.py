"""What Bastide costs: seconds and memory of the work that people wait for, measured by ``make bench``.

Input: the code in this checkout. Output: a table on stdout and a JSON file under ``benchmarks/results``. Entry point:
``python -m benchmarks``. The one idea: each scenario runs in a process of its own, so that its peak memory is its own,
and says beside each figure what was promised. It asserts nothing: what a slow machine measures is no failure.
"""
