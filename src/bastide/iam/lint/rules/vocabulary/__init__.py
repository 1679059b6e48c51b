"""Actions, services and condition keys that AWS does not have."""
