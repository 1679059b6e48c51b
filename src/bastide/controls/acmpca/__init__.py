"""Controls about AWS Private Certificate Authority."""
