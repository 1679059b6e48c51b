"""Controls of Alexa skills."""
