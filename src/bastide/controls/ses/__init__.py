"""Controls about Amazon SES."""
