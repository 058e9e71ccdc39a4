"""Print the document, for `make schemas`."""

from __future__ import annotations

import json
import sys

from scalingo_sandbox.openapi.document import openapi_document

json.dump(openapi_document(), sys.stdout, indent=2, ensure_ascii=False)
sys.stdout.write("\n")
