"""Controls about AWS CloudFormation: stacks as they are live."""
