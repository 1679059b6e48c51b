"""Controls about AWS Transfer Family."""
