"""Controls about Amazon Route 53."""
