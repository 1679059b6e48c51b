"""Controls about Amazon EKS."""
