"""Controls about Amazon ElastiCache."""
