"""Controls of AWS Batch."""
