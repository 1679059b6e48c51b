"""Controls about Amazon EventBridge."""
