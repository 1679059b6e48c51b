"""Controls about Amazon Cognito."""
