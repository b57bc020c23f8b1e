"""Puts this folder and each platform's on the path, so that any test here imports `plans`, `mocked`, `gcp_plans`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.extend(str(folder) for folder in sorted(Path(__file__).parent.iterdir()) if folder.is_dir())
