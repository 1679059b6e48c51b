"""Controls about IAM: policies, users, roles, the root user and the password policy."""
