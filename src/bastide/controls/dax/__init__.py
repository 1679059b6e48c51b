"""Controls about DynamoDB Accelerator clusters."""
