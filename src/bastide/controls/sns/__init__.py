"""Controls about Amazon SNS."""
