-- title: Exemptions and when they end
-- description: Where guardrails do not bind, why, and until when; those that end first come first.
-- category: compliance evidence
SELECT "until", guardrail, "at", why FROM exemptions ORDER BY "until", guardrail, "at"
