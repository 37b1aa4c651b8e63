"""The page in a real Chromium, from disk: it works, the console stays empty, no host is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from small_exam import Says, degrees, exam, yaw

from viewpoint_gen.evaluation import evaluate

HOSTILE = '<img src=x onerror="window.hacked=1"></style><script>window.hacked=1</script>'


@pytest.fixture(scope="module")
def page_path(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("eval")
    rows = [
        yaw(
            str(n),
            "ABC"[n % 3],
            asset=f"a{n}",
            angle_deg=20.0 * n,
            backdrop=("sky", "solid")[n % 2],
        )
        for n in range(9)
    ]
    rows += [degrees(f"d{n}", 30.0 + n, asset=f"a{n}", angle_deg=30.0) for n in range(3)]
    rows[4]["question"] = f"Image 1: <image>\nImage 2: <image>\n{HOSTILE}"
    wrong = {str(n): "<think>It looks so.</think>\n<answer>A</answer>" for n in range(9)}
    hostile = Says({"1": HOSTILE}, name=f"mine {HOSTILE}")
    found = evaluate(exam(rows, facts={"split": "test"}), [Says(wrong, name="left"), hostile], out)
    return found.page


@dataclass
class Opened:
    """A page, and what must stay empty."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser, page_path: Path) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 1400, "height": 950})
    one = Opened(context.new_page())
    one.page.on("console", lambda message: one.complaints.append(message.text))
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.on("request", lambda request: one.requests.append(request.url))
    one.page.goto(page_path.resolve().as_uri())
    yield one
    context.close()
    assert one.complaints == []
    assert [url for url in one.requests if not url.startswith(("file://", "data:"))] == []


def test_models_stand_side_by_side_with_their_sums(opened):
    cards = opened.page.locator(".model")
    expect(cards).to_have_count(2)
    assert (
        "66.7 %" in cards.nth(0).locator(".big").inner_text()
    )  # a third of the turns, all numbers
    assert "94.4 %" in cards.nth(1).locator(".big").inner_text()  # one turn of nine is no answer
    assert "median azimuth error" in cards.nth(0).inner_text()


def test_families_have_a_bar_for_each_model(opened):
    row = opened.page.locator("tr[data-family=ego_rotation_yaw]")
    assert row.locator("td").all_inner_texts() == ["9", "33.3", "–", "33.3", "88.9"]
    expect(row.locator("svg.bar-chart")).to_have_count(2)
    assert row.locator("span.beats").all_inner_texts() == ["88.9"]


def test_examples_show_images_the_right_option_and_every_reply(opened):
    example = opened.page.locator(".example[data-id='1']")
    for picture in example.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") == 24
    assert example.locator(".right").all_inner_texts() == ["B. right ✓"]
    said = example.locator(".said > li")
    assert [each.get_attribute("class") for each in said.all()] == ["wrong", "wrong"]
    said.first.locator("summary").click()
    expect(said.first.locator("pre")).to_have_text(
        "<think>It looks so.</think>\n<answer>A</answer>"
    )


def test_confusion_opens(opened):
    block = opened.page.locator(".confusion").first
    block.locator("summary").click()
    rows = block.locator("table").first.locator("tbody tr")
    texts = [" ".join(row.locator("th, td").all_inner_texts()) for row in rows.all()]
    assert texts == ["left 3 0 0 0", "right 3 0 0 0", "nothing 3 0 0 0"]


def test_charts_say_their_numbers(opened):
    titles = opened.page.locator(".charts h3").all_inner_texts()
    assert titles == ["By how far apart the images were taken, round the object", "By backdrop"]
    notes = opened.page.locator(".chart title").all_text_contents()
    assert any(note.startswith("sky: ") and "questions" in note for note in notes)


def test_hostile_text_stays_text(opened):
    assert opened.page.evaluate("window.hacked") is None
    expect(opened.page.locator("img[src=x]")).to_have_count(0)
    expect(opened.page.locator("script")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_in_one_direction_only(opened, scheme):
    page = opened.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(246, 247, 249)", "dark": "rgb(15, 18, 24)"}[scheme]
