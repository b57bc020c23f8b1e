"""The control catalogues that rules may cite, and the grammar of their ids.

Every id carries its catalogue's name, because two of them use the prefix `IAM-`.
"""

from __future__ import annotations

import re

CATALOGUES: dict[str, tuple[str, re.Pattern[str]]] = {
    "OWASP-NHI": ("OWASP Non-Human Identities Top 10, 2025", re.compile(r"OWASP-NHI(?:[1-9]|10)")),
    "ASI": ("OWASP Top 10 for Agentic Applications, 2026", re.compile(r"ASI(?:0[1-9]|10)")),
    "NIST": ("NIST SP 800-53 rev. 5", re.compile(r"NIST-[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?(?:\([a-z]\))?")),
    "ISO27001": ("ISO/IEC 27001:2022, Annex A", re.compile(r"ISO27001-A\.[5-8]\.\d{1,2}")),
    "AICM": ("CSA AI Controls Matrix 1.0", re.compile(r"AICM-(?:IAM|AIS|LOG)-\d{2}")),
    "AIRS": (
        "AI Runtime Security framework",
        re.compile(r"AIRS-(?:(?:IAM|SEC|TOOL|DEL|SESS|LOG|IR)-\d{2}|(?:IA|PA)-\d\.\d)"),
    ),
    "AWS-AGENTSEC": ("AWS Well-Architected, agentic security lens", re.compile(r"AWS-AGENTSEC-\d{2}(?:-BP\d{2})?")),
}


def catalogue(control: str) -> str | None:
    """The name of the catalogue that a control id belongs to, or None where no catalogue has such an id."""
    for name, pattern in CATALOGUES.values():
        if pattern.fullmatch(control):
            return name
    return None
