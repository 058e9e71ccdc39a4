"""Write the pages of docs/ that come from tables of the tests: `make docs`."""

from __future__ import annotations

from conformance import trial
from covered import codes_page, page, requests_page

if __name__ == "__main__":
    page.PAGE.write_text(page.page(), encoding="utf-8")
    requests_page.PAGE.write_text(requests_page.page(), encoding="utf-8")
    codes_page.PAGE.write_text(codes_page.page(), encoding="utf-8")
    trial.write()
