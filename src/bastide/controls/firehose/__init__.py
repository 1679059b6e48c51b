"""Controls about Amazon Data Firehose."""
