"""Controls about Amazon GuardDuty: that it looks, and at what."""
