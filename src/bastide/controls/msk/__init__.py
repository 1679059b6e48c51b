"""Controls about Amazon MSK and MSK Connect."""
