"""Controls about AWS Step Functions."""
