"""Controls about Amazon EMR."""
