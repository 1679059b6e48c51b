"""Controls about an account's own data."""
