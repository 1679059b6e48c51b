"""Controls about Elastic Load Balancing."""
