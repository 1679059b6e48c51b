"""Controls about Amazon DynamoDB tables."""
