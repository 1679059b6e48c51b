"""Controls of AWS Amplify."""
