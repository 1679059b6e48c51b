"""Controls about Amazon WorkSpaces."""
