"""Controls about Amazon FSx file systems."""
