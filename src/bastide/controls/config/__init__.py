"""Controls about AWS Config."""
