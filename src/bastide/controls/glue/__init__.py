"""Controls about AWS Glue."""
