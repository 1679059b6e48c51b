"""How far apart the times of a backup schedule lie.

Source: Amazon EventBridge User Guide, "Cron expressions".
"""

import pytest

from bastide.controls.backup.schedule import DAY, longest_gap


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("cron(0 5 ? * * *)", DAY),
        ("cron(0 5,17 * * ? *)", 720),
        ("cron(0 0/8 * * ? *)", 480),
        ("cron(0/15 * * * ? *)", 15),
        ("cron(0 5 ? * SUN *)", 7 * DAY),
        ("cron(0 5 ? * MON-FRI *)", 3 * DAY),
        ("cron(0 5 ? * 2-6 *)", 3 * DAY),
        ("cron(0 5 1 * ? *)", 31 * DAY),
        ("cron(0 5 L * ? *)", 31 * DAY),
        ("cron(0 5 1 JAN,JUL ? *)", 184 * DAY),
        ("cron(0 5 31 * ? *)", 61 * DAY),
        ("rate(12 hours)", 720),
        ("rate(1 day)", DAY),
        ("cron(0 5 ? * * 2027)", None),
        ("cron(0 5 30 2 ? *)", None),
    ],
)
def test_the_longest_gap_between_two_times(expression: str, minutes: int | None) -> None:
    assert longest_gap(expression) == minutes


@pytest.mark.parametrize(
    "text", ["", "daily", "cron(0 5 * * ?)", "cron(0 5 15W * ? *)", "cron(0 5 ? * 2#1 *)", "cron(61 5 ? * * *)",
             "cron(0 5 ? * FOO *)", "cron(0/0 5 ? * * *)", "cron(5-1 5 ? * * *)", "rate(x days)", "cron(² 5 ? * * *)"]
)  # fmt: skip
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not"):
        longest_gap(text)
