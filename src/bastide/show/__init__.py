"""For people: the command line (``cli``), reports (``reports``), and the wiring of everything below (``workspace.py``).

Settings are read, sessions opened and the target chosen here; every other package gets what it needs as arguments.
"""
