"""ARNs that are malformed, and actions and resources that never meet."""
