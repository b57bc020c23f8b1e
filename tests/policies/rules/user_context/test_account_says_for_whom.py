"""Fixtures of NHI-USR-041."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case

RULE = "NHI-USR-041"

_ONLY = kit.context(kit.agent(acts_on_behalf="required"))
_KEY = "nhi/acts-on-behalf"


def _says(word: Any) -> Resource:
    annotations = {**kit.service_account().inputs["metadata"]["annotations"], _KEY: word}
    return kit.service_account(**{"metadata.annotations": annotations})


GOOD = [
    Case("what the file says", _says("required"), _ONLY),
    Case("nothing, where the file says nothing", kit.service_account(), kit.context()),
]
BAD = [
    Case("another word", _says("never"), _ONLY, expect="annotation"),
    Case("no word", kit.service_account(), _ONLY, expect="annotation"),
    Case("a word that the file does not say", _says("required"), kit.context(), expect="nothing"),
]
NEAR_MISS = [
    Case("an account of nobody's", kit.service_account(**{"metadata.labels": {}, "metadata.name": "x"}), _ONLY)
]
UNKNOWN = [Case("an unknown word", _says(kit.UNKNOWN), _ONLY, expect=_KEY)]
