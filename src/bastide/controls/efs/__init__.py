"""Controls about Amazon EFS."""
