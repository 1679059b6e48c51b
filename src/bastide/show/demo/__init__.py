"""``bastide demo``: a whole organization declared, deployed, judged, broken by a careless week, and healed.

Input: an architecture file. Output: what each step did, on stdout, and ``report.html``. Everything goes through the
same functions as the other commands, on a sandbox inside this process. ``week.py`` holds the mistakes, each with
exactly the findings that it must cause: the demo fails when one is missing or one too many is found.
"""
