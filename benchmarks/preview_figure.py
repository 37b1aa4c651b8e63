"""The README's picture of a preview: an open pair, as a real Chromium shows it.

viewgen demo && viewgen preview runs/demo
python benchmarks/preview_figure.py runs/demo/preview --out benchmarks/figures/preview.jpg

Needs Chromium: apt-get install -y chromium
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

SIZE = {"width": 1320, "height": 860}
WIDTH_PX = 1100
"""Of each picture, once it is made smaller."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("preview", type=Path)
    parser.add_argument("--item", default="", help="id of the pair that is shown [default: first]")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        picture = shot(browser, (options.preview / "index.html").resolve().as_uri(), options.item)
        browser.close()
    height_px = round(picture.height * WIDTH_PX / picture.width)
    smaller = picture.resize((WIDTH_PX, height_px), Image.Resampling.LANCZOS)
    smaller.save(options.out, quality=82, optimize=True)


def shot(browser: Browser, address: str, item: str) -> Image.Image:
    page = browser.new_context(viewport=SIZE, device_scale_factor=1.5).new_page()
    page.goto(f"{address}#item={item}" if item else address)
    if not item:
        page.locator(".card").first.press("Enter")
    page.locator("#panel .question .link").first.click()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(300)
    return Image.open(io.BytesIO(page.screenshot()))


if __name__ == "__main__":
    main()
