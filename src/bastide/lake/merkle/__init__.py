"""Seals: a signed record of every change to a table's files, so that the lake itself stays verifiable after ingest.

Input: the files that a commit adds and takes out. Output: ``seals/TABLE/NNNNNNNN.json`` in the lake's folder, each with
the hashes of the added files' row groups, a Merkle root over them, the hash of the seal before, and a signature by the
lake's own key. Entry points: ``seal.sealed`` (around a commit), ``check.check_table``. It proves that files are as they
were when they were sealed by whoever holds the key; ``bastide trail verify`` proves what came before.
"""
