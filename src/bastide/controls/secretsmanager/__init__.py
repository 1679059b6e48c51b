"""Controls about AWS Secrets Manager."""
