"""Controls about AWS CloudTrail: that there is a trail, that it logs, and that its logs are safe."""
