"""Controls about AWS Security Hub."""
