"""CloudFormation inside the sandbox: a template becomes resources through our own reader and our own handlers.

One idea: every call that a stack makes is a real call of the emulated organization, in the name of whoever the stack
acts for: authorized, recorded in that account's trail with `invokedBy`, and refused by the guardrails that are in
force. A type that nothing here can make fails its stack with CREATE_FAILED and rolls it back; nothing is skipped.

Not modelled: waiting (an operation is over when it is answered), macros, custom resources, drift, hooks, `resolve:`
references, stack policies, nested stacks.
"""
