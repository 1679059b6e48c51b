"""Controls about AWS WAF."""
