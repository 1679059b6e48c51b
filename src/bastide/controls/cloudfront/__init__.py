"""Controls about Amazon CloudFront."""
