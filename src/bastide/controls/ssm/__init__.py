"""Controls about AWS Systems Manager."""
