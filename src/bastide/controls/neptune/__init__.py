"""Controls about Amazon Neptune."""
