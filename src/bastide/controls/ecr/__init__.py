"""Controls about Amazon ECR."""
