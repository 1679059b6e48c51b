"""Controls about Amazon MQ brokers."""
