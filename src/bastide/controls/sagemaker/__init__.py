"""Controls about Amazon SageMaker AI."""
