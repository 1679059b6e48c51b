"""Controls about AWS Certificate Manager."""
