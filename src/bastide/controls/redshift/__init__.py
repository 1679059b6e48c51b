"""Controls about Amazon Redshift clusters."""
