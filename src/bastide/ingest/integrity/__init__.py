"""CloudTrail's integrity, verified offline: digests, their signatures and chains, and every log file that they name.

Input: places (``place``: a bucket or a copy of one), public keys (``keys``), what is asked (``verify.Asked``). Output:
a ``Report`` of findings, each with what, where and since when. Entry points: ``place.open_folder``, ``verify.survey``,
``verify.verify``. It proves that files are as CloudTrail delivered them; it cannot know what was never delivered.
"""

from bastide.ingest.integrity.finding import KINDS, Finding, Report
from bastide.ingest.integrity.keys import PublicKey, parse_keys, read_keys
from bastide.ingest.integrity.place import FolderPlace, Place, S3Place, open_folder
from bastide.ingest.integrity.verify import Asked, Survey, survey, verify

__all__ = [
    "KINDS", "Asked", "Finding", "FolderPlace", "Place", "PublicKey", "Report", "S3Place", "Survey", "open_folder",
    "parse_keys", "read_keys", "survey", "verify",
]  # fmt: skip
