"""What the sections of ``architecture.yaml`` mean in AWS resources: one file a subject.

The survey gives the names their ids; every subject yields resources in registry shape; ``expand.py`` puts them
together. Everything is pure: the same file and the same known ids give the same resources. Where AWS will choose an
identifier it is provisional (``model/provisional.py``); what a name decides is final.
"""
