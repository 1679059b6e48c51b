"""What IAM refuses, and what is written but says nothing."""
