"""Controls about Amazon SQS."""
