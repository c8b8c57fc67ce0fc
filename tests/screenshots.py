"""`make screenshots`: renews docs/screenshots/*.png from a fresh demo network. `FORECOURT_TEST_RUNNING` names one that runs already."""

import os
import shutil
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, MISSING, Theme, opened, sign_in
from tests.running import Product, attached, started

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
LARGEST = 300_000


def main() -> int:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        print(MISSING)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fc-shots-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        there = os.environ.get("FORECOURT_TEST_RUNNING")
        running = nullcontext(attached(Path(there))) if there else started(Path(name) / "demo", "--demo", "--simulate", "20")
        with running as product, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            take(browser, product)
            browser.close()
    large = [shot.name for shot in FOLDER.glob("*.png") if shot.stat().st_size > LARGEST]
    print(f"docs/screenshots renewed{'; larger than 300 kB: ' + ', '.join(large) if large else ''}")
    return 1 if large else 0


def take(browser: Browser, product: Product) -> None:
    """Every picture, as the Admin of the Main account sees it."""
    desk, dark, phone = (_window(browser, product, *look) for look in ((1280, "light"), (1280, "dark"), (390, "light")))
    point = max(product.rows("SELECT charge_point_id FROM charging_charge WHERE stopped_at IS NULL AND operator_id = 2"), default=(1,))[0]
    charge = "SELECT max(id) FROM charging_charge WHERE state = 'completed' AND price_minor > 5000 AND operator_id = 2"
    pictures = {
        "overview-light": (desk, "/"),
        "overview-dark": (dark, "/"),
        "phone": (phone, "/"),
        "charge-points": (desk, "/charge-points/"),
        "charge-point": (desk, f"/charge-points/{point}"),
        "charge": (desk, f"/charges/{product.rows(charge)[0][0]}"),
        "teams": (desk, "/teams/"),
        "price-group": (desk, f"/price-groups/{product.rows('SELECT min(id) FROM pricing_pricegroup WHERE operator_id = 2')[0][0]}"),
    }
    for name, (page, url) in pictures.items():
        page.goto(url, wait_until="networkidle" if not url.startswith("/charge-points/") else "load")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


def _window(browser: Browser, product: Product, width: int, theme: Theme) -> Page:
    page = opened(browser, product.portal, [], width=width, theme=theme)
    admin = product.user("admin")
    sign_in(page, admin["email"], admin["password"])
    return page


if __name__ == "__main__":
    sys.exit(main())
