"""Controls about AWS Backup: that what holds data is in a plan."""
