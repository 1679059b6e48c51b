"""Tables of Terraform types, one file for each group of services: data only."""
