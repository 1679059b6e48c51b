"""Controls about Amazon EC2 Auto Scaling: groups and launch configurations."""
