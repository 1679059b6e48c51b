"""Controls about Amazon ECS."""
