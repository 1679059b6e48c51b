"""Controls about Amazon Kinesis data streams."""
