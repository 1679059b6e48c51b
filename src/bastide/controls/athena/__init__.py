"""Controls about Amazon Athena."""
