"""What a policy means: parse it, bring it into a canonical form, decide one request.

Pure functions over ``model.PolicyDocument``. Claims about *all* requests belong to ``prove``.
"""
