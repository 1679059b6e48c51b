"""Controls about AWS DataSync."""
