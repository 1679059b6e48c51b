"""Controls about AWS KMS: keys, key policies, and who may decrypt with all of them."""
