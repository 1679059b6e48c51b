"""Controls about Amazon Macie."""
