"""Controls about Amazon CloudWatch: alarms and log groups."""
