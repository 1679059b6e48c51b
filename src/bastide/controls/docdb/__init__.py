"""Controls about Amazon DocumentDB."""
