"""Controls about AWS Network Firewall."""
