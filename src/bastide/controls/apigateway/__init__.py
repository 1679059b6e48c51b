"""Controls about Amazon API Gateway."""
