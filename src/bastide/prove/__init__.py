"""What holds for all requests: guardrails and proofs that they hold, and what else the same engine answers.

The library: ``guardrails/`` holds one file a guardrail (intent, policy, claims), ``guardrail`` reads them, ``render``
fills in parameters, ``levels`` says which are on, ``packing`` fits them into the quotas of Organizations.

The proofs: ``symbolic`` answers one question; ``invariants`` asks about guardrails, isolation and one's own invariants,
``exemptions`` says where not. ``difference`` compares policies, ``external_access`` finds who comes from ``outside``,
``reach`` what every principal can do, ``what_if`` what a new policy takes away, ``review`` what does nothing.
"""
