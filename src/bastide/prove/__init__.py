"""What holds for all requests, and the guardrails that make it hold.

So far the library: ``guardrails/`` holds one file a guardrail (intent, policy, claims), ``guardrail`` reads them,
``render`` fills in parameters, ``levels`` says which are on, ``packing`` fits them into the quotas of Organizations.
"""
