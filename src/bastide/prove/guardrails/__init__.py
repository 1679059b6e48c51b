"""One file a guardrail, read by ``bastide.prove.guardrail``: a new file is a new guardrail, registered nowhere."""
