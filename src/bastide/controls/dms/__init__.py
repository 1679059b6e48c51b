"""Controls about AWS Database Migration Service."""
