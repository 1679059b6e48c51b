"""Controls about Amazon EC2 and VPC: instances, volumes, networks, and the defaults of a region."""
