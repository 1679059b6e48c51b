"""What people write, made into an Estate: ``architecture.yaml`` and what it expands to.

Input: one YAML file (``source.py`` reads it with the place of every value, ``architecture.py`` says what it may hold,
every default secure). Output: an Estate in which each value knows its file and line. Expansion (``expand.py``) is a
pure, deterministic function of the file and of the identifiers that AWS has already given out
(``model/provisional.py``).
"""
