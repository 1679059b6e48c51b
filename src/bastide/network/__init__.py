"""What a network does: which addresses and ports a rule covers; later, the walk of one packet.

Pure functions over addresses and properties. Claims about *all* packets belong to ``prove``.
"""
