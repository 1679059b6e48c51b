"""Controls of AWS Directory Service."""
