"""Ingest: logs from files, folders and buckets into the lake, exactly once.

Input: sources (``source``). Output: rows of the lake's tables, and a report of what was taken, left out or quarantined.
Entry point: ``run.ingest``. A kind of log is one module in ``kinds``; files are converted batch by batch in processes
of their own (``worker``) and committed under the manifest's eyes (``commit``), so that a kill at any point neither
loses nor doubles an event.
"""
