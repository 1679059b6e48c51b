"""Controls about Amazon Connect."""
