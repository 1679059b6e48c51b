"""Controls about the organization: guardrails on accounts, root credentials, the management account."""
