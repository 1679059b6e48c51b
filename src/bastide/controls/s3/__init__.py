"""Controls about Amazon S3: buckets, their policies, and the account's block of public access."""
