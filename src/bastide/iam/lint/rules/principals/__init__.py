"""Who a policy is about: principals that are malformed, too many, or left out."""
