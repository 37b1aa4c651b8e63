// Questions, cards, and the panel that shows everything about a pair.
"use strict";

(function (page) {
  const { h, words, percent, degrees, plainDegrees, ratio, fixed, signed, parted, familyName } = page;
  const data = window.VIEWGEN;

  const LETTERS = "ABCDEFGH";
  const viewsOf = (item) => item.views.map((id) => data.views[id]);

  function picture(file, view, alt, lazy) {
    return h("img", {
      src: file, alt, width: view.width_px, height: view.height_px, decoding: "async",
      loading: lazy ? "lazy" : null,
    });
  }

  /** A row of images with their numbers; two of them large, more of them smaller. */
  function images(item, files, captions, lazy) {
    const views = viewsOf(item);
    return h("div", { class: `images of-${views.length}` }, views.map((view, i) => {
      const caption = captions[i] || `Image ${i + 1}`;
      return h("figure", { class: "shot", style: `--c:var(--view-${i + 1})` },
        picture(files ? files[i] : view.file, view, `${caption}: ${words(item.category)}`, lazy),
        h("figcaption", {}, caption.replace(/^image /i, "")));
    }));
  }

  /** Options to click, the answer and its reasons. `reveal` on the element shows or hides them. */
  function question(item, row, withFamily) {
    const { text } = parted(row.question);
    const right = new Set((row.answer_letter || row.answer_text || "").split(/,\s*/));
    const isChoice = row.options.length > 0;
    const options = row.options.map((option, i) => {
      const letter = LETTERS[i];
      return h("li", {}, h("button", {
        class: "option", type: "button", "data-letter": letter, "data-right": right.has(letter) ? "yes" : null,
        onclick: (event) => {
          event.stopPropagation();
          event.currentTarget.classList.add("picked");
          block.reveal(true);
        },
      }, h("b", {}, letter), h("span", {}, option)));
    });
    const answer = h("div", { class: "answer", hidden: true },
      isChoice && row.answer_letter ? null : h("p", { class: "answer-text" }, h("b", {}, row.answer_text), row.answer_type === "angle" ? "°" : row.answer_type === "ratio" ? " ×" : ""),
      h("p", { class: "reasons" }, row.reasons));
    const toggle = h("button", {
      class: "link", type: "button", "aria-expanded": "false",
      onclick: (event) => { event.stopPropagation(); block.reveal(!block.shown); },
    }, "Show the answer");
    const block = h("div", { class: "question", "data-family": row.family },
      withFamily ? h("p", { class: "family" }, familyName(row.family),
        row.group_role.endsWith("_again") ? h("span", { class: "tag" }, "asked again") : null) : null,
      h("p", { class: "stem" }, text),
      isChoice ? h("ol", { class: "options" }, options) : null,
      toggle, answer);
    block.shown = false;
    block.reveal = (shown) => {
      block.shown = shown;
      block.classList.toggle("revealed", shown);
      answer.hidden = !shown;
      toggle.textContent = shown ? "Hide the answer" : "Show the answer";
      toggle.setAttribute("aria-expanded", String(shown));
      if (!shown) options.forEach((option) => option.firstChild.classList.remove("picked"));
    };
    return block;
  }

  const kindName = (item) => words(item.kind === "object_turn" ? "object turned" : item.kind);

  function tags(item) {
    return [
      h("span", { class: "tag kind" }, kindName(item)),
      item.split ? h("span", { class: `tag split ${item.split}` }, item.split) : null,
    ];
  }

  /** The question that a card shows: of the family looked for, else another for each card. */
  function shownQuestion(item, place, filters) {
    const rows = item.questions;
    const wanted = rows.find((row) => row.family === filters.family);
    return wanted || rows[place % Math.max(rows.length, 1)];
  }

  function card(item, place, filters, open) {
    const row = shownQuestion(item, place, filters);
    const captions = row ? parted(row.question).captions : [];
    const more = item.questions.length - 1;
    const refused = filters.code && item.refused.filter((each) => each.code === filters.code && (!filters.family || each.family === filters.family));
    const block = refused && refused.length ? whyNot(refused[0]) : row ? question(item, row, true)
      : h("p", { class: "quiet" }, "Nothing is asked about this pair.");
    const node = h("article", {
      class: "card", tabindex: "0", role: "listitem", "data-id": item.id,
      "aria-label": `${words(item.category)}, ${kindName(item)}`,
      onclick: (event) => { if (!event.target.closest("button, a") && !String(getSelection())) open(item); },
    },
      images(item, !refused && row && row.files, captions, true),
      h("div", { class: "card-body" },
        h("header", {}, h("h3", {}, words(item.category)), tags(item)),
        block,
        h("footer", {}, h("button", { class: "link open", type: "button", onclick: () => open(item) },
          more > 0 ? `All ${item.questions.length} questions and the cameras` : "The cameras and the numbers"))));
    node.reveal = () => { if (block.reveal) block.reveal(!block.shown); };
    return node;
  }

  function whyNot(refusal) {
    return h("div", { class: "why" },
      h("p", { class: "family" }, familyName(refusal.family), h("span", { class: "tag refused" }, words(refusal.code))),
      h("p", { class: "stem" }, "Not asked: ", data.meanings[refusal.code] || words(refusal.code), "."),
      measures(refusal.numbers));
  }

  function measures(numbers) {
    const entries = Object.entries(numbers);
    if (!entries.length) return null;
    return h("p", { class: "measures" }, entries.map(([name, value]) =>
      h("span", {}, page.measureName(name) + " ", h("b", {}, page.measured(name, value)))));
  }

  function table(caption, rows) {
    return h("table", { class: "numbers" }, h("caption", {}, caption),
      h("tbody", {}, rows.filter(Boolean).map(([name, value, note]) =>
        h("tr", {}, h("th", { scope: "row" }, name, note ? h("small", {}, note) : null), h("td", {}, value)))));
  }

  const way = (value, positive, negative, none) => (Math.abs(value) < 0.0175 ? none : value > 0 ? positive : negative);

  function relativeNumbers(item) {
    const n = item.numbers;
    const turned = Math.abs(n.object_turn_rad) > 0.001;
    return table("Camera 2, seen from camera 1", [
      ["Azimuth", degrees(n.azimuth_rad), n.azimuth_rad === null ? "undefined here" : way(n.azimuth_rad, "counter-clockwise from above, to its right", "clockwise from above, to its left", "")],
      ["Elevation", degrees(n.elevation_rad), way(n.elevation_rad, "looks from higher up", "looks from lower down", "")],
      ["Distance", ratio(n.distance_ratio), Math.abs(n.distance_ratio - 1) < 0.01 ? "" : n.distance_ratio > 1 ? "farther" : "nearer"],
      ["Yaw", degrees(n.heading_rad), way(n.heading_rad, "turned left", "turned right", "")],
      ["Pitch", degrees(n.pitch_rad), way(n.pitch_rad, "tilted up", "tilted down", "")],
      ["Roll", degrees(n.roll_rad), way(n.roll_rad, "clockwise, from behind", "counter-clockwise, from behind", "")],
      ["Right · down · forward", [n.right, n.down, n.forward].map((v) => signed(v, 2)).join(" · "), "in camera 1’s axes, object sizes"],
      ["Rise", signed(n.rise, 2), "against gravity"],
      ["Whole rotation", plainDegrees(n.rotation_rad), ""],
      ["Focal length", ratio(n.focal_ratio), Math.abs(n.focal_ratio - 1) < 0.01 ? "" : n.focal_ratio > 1 ? "zoomed in" : "zoomed out"],
      turned ? ["Object’s own turn", degrees(n.object_turn_rad), "counter-clockwise from above"] : null,
      ["Shared surface", `${percent(n.overlap_12, 0)} · ${percent(n.overlap_21, 0)}`, "of image 1 in 2 · of image 2 in 1"],
      n.light_moved ? ["Light", "moved", ""] : null,
    ]);
  }

  function viewNumbers(item, captions) {
    const views = viewsOf(item);
    const lens = (view) => 2 * Math.atan2(view.width_px, 2 * view.intrinsics[0]);
    const rows = [
      ["Azimuth", (v) => plainDegrees(v.azimuth_rad, 0)],
      ["Elevation", (v) => plainDegrees(v.elevation_rad, 0)],
      ["Distance", (v) => fixed(v.distance, 2)],
      ["Roll", (v) => plainDegrees(v.roll_rad, 0)],
      ["Field of view", (v) => plainDegrees(lens(v), 0)],
      ["Object fills", (v) => percent(v.mask_share, 0)],
    ];
    return h("table", { class: "numbers many" }, h("caption", {}, "Each camera"),
      h("thead", {}, h("tr", {}, h("td", {}), views.map((_, i) =>
        h("th", { scope: "col" }, h("span", { class: "dot", style: `--c:var(--view-${i + 1})` }, (captions[i] || String(i + 1)).replace(/^image /i, "")))))),
      h("tbody", {}, rows.map(([name, value]) =>
        h("tr", {}, h("th", { scope: "row" }, name), views.map((view) => h("td", {}, value(view)))))));
  }

  /** Refused questions, by reason, the rarest reasons first. */
  function refusals(item) {
    if (!item.refused.length) return null;
    const by = new Map();
    for (const row of item.refused) by.set(row.code, [...(by.get(row.code) || []), row]);
    const groups = [...by].sort((a, b) => (a[0] === "balance") - (b[0] === "balance") || a[1].length - b[1].length);
    return h("section", { class: "refusals" },
      h("h3", {}, "Why not asked ", h("span", { class: "quiet" }, `${item.refused.length} families`)),
      groups.map(([code, rows]) => h("details", {},
        h("summary", {}, h("span", { class: "tag refused" }, words(code)), h("span", {}, data.meanings[code] || ""), h("b", {}, rows.length)),
        h("ul", {}, rows.map((row) => h("li", {}, h("span", {}, familyName(row.family)), measures(row.numbers)))))));
  }

  /** Only links that lead to the web; anything else stays text. */
  function source(asset) {
    const isWeb = /^https?:\/\//i.test(asset.url || "");
    const title = asset.title || asset.asset_uid;
    return h("p", { class: "source" },
      isWeb ? h("a", { href: asset.url, rel: "noopener noreferrer", target: "_blank" }, title) : h("b", {}, title),
      asset.author ? ` by ${asset.author}` : "", " · ", asset.licence || "licence unknown", " · ", h("code", {}, asset.asset_uid));
  }

  function legend() {
    const keys = { shared: "surface that both images show", "": "only one does", box: "box round what they show", edge: "top edge of an image" };
    return h("p", { class: "legend" }, Object.entries(keys).map(([key, text]) => h("span", {}, h("i", { class: `key ${key}` }), text)));
  }

  /** Fills the panel with an item. */
  function panel(item, where, steps) {
    const captions = item.questions.length ? parted(item.questions[0].question).captions : [];
    const labels = item.views.map((_, i) => captions[i] || `Image ${i + 1}`);
    const blocks = item.questions.map((row) => {
      const block = question(item, row, true);
      if (row.files) block.insertBefore(images(item, row.files, parted(row.question).captions, true), block.querySelector(".stem"));
      return block;
    });
    const all = h("button", { class: "button", type: "button", onclick: () => content.reveal() }, "Show all answers");
    const content = h("div", { class: "panel" },
      h("div", { class: "dialog-head" },
        h("div", {}, h("h2", { id: "panel-title" }, words(item.category)), h("p", { class: "tags" }, tags(item), h("span", { class: "quiet" }, where))),
        h("div", { class: "steps" },
          h("button", { class: "icon-button", "aria-label": "The one before", title: "The one before (←)", onclick: steps.back, disabled: !steps.back }, "←"),
          h("button", { class: "icon-button", "aria-label": "The next one", title: "The next one (→)", onclick: steps.on, disabled: !steps.on }, "→"),
          h("button", { class: "icon-button", "aria-label": "Close", title: "Close (Esc)", "data-close": true }, "✕"))),
      h("div", { class: "panel-body" },
        h("div", { class: "columns" },
          h("section", { class: "asked" },
            images(item, null, captions, false),
            h("div", { class: "section-head" }, h("h3", {}, "Questions ", h("span", { class: "quiet" }, item.questions.length)), blocks.length ? all : null),
            blocks.length ? blocks : h("p", { class: "quiet" }, "Nothing is asked about this pair."),
            refusals(item)),
          h("section", { class: "geometry" },
            h("h3", {}, "Cameras"),
            item.assets.length > 1
              ? h("p", { class: "quiet" }, "The images show two objects, each in a world of its own.") : null,
            h("div", { class: "draws" }, page.drawings(item, viewsOf(item), labels)),
            item.type === "pair" ? legend() : null,
            item.numbers ? relativeNumbers(item) : null,
            viewNumbers(item, captions),
            h("h3", {}, item.assets.length > 1 ? "Objects" : "Object"),
            item.assets.map((uid) => source(data.assets[uid] || { asset_uid: uid })),
            h("p", { class: "quiet id" }, "id ", h("code", {}, item.id))))));
    content.reveal = () => {
      const shown = !blocks.every((block) => block.shown);
      blocks.forEach((block) => block.reveal(shown));
      all.textContent = shown ? "Hide all answers" : "Show all answers";
    };
    return content;
  }

  Object.assign(page, { card, panel, measures, kindName });
})(window.viewgen);
