"""Controls about AWS AppSync."""
