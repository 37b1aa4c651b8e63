// The plots: small SVG charts whose bars say their numbers, each with its numbers as a table too.
"use strict";

(function (page) {
  const { h, s, count, words, percent, fixed, familyName } = page;
  const data = window.VIEWGEN;
  const stats = data.statistics;
  const tip = document.getElementById("tip");

  const W = 360;
  const H = 190;
  const M = { left: 44, right: 16, top: 10, bottom: 34 };

  document.addEventListener("pointerover", (event) => {
    const holder = event.target.closest && event.target.closest("[data-tip]");
    tip.hidden = !holder;
    if (holder) tip.textContent = holder.dataset.tip;
  });
  document.addEventListener("pointermove", (event) => {
    if (tip.hidden) return;
    const room = window.innerWidth - tip.offsetWidth - 12;
    tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, room))}px`;
    tip.style.top = `${event.clientY + 16}px`;
  });

  /** Round values for an axis from 0 to at least `most`, about four of them. */
  function ticks(most) {
    const rough = Math.max(most, 1) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((f) => f * power).find((each) => each >= rough);
    const whole = Math.max(step, 1);
    return Array.from({ length: Math.ceil(most / whole) + 1 }, (_, i) => i * whole);
  }

  const short = (value) => (value >= 10000 ? `${fixed(value / 1000, 0)}k` : value >= 1000 ? `${fixed(value / 1000, 1).replace(".0", "")}k` : String(value));

  function edgeText(unit, value) {
    if (unit === "share") return `${fixed(100 * value, 0)}`;
    if (unit === "°") return fixed(value, 0);
    return value >= 10 ? fixed(value, 0) : fixed(value, Math.abs(value) < 3 ? 2 : 1);
  }

  const unitName = { "°": "degrees", "×": "×", share: "%", px: "px" };

  function chart(title, about, body, rows) {
    return h("figure", { class: "chart" },
      h("figcaption", {}, h("h3", {}, title), about ? h("p", { class: "quiet" }, about) : null),
      body,
      rows ? h("details", { class: "as-table" }, h("summary", {}, "as a table"),
        h("table", {}, h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, i) => h(i ? "td" : "th", i ? {} : { scope: "row" }, cell))))))) : null);
  }

  function histogram(of) {
    const most = Math.max(...of.counts, 1);
    const marks = ticks(most);
    const top = marks[marks.length - 1];
    const bar = (W - M.left - M.right) / of.counts.length;
    const y = (value) => H - M.bottom - (value / top) * (H - M.top - M.bottom);
    const unit = of.unit === "share" ? " %" : of.unit === "°" ? "°" : ` ${of.unit}`;
    const open = of.unit !== "share" && ![90, 180].includes(Math.abs(of.edges[0]));
    const range = (i) => {
      if (open && i === 0) return `up to ${edgeText(of.unit, of.edges[1])}${unit}`;
      if (open && i === of.counts.length - 1) return `${edgeText(of.unit, of.edges[i])}${unit} and more`;
      return `${edgeText(of.unit, of.edges[i])} to ${edgeText(of.unit, of.edges[i + 1])}${unit}`;
    };
    const labels = [6, 5, 4, 7].find((n) => of.counts.length % n === 0) || 5;
    const every = Math.ceil(of.counts.length / labels);
    const svg = s("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${of.title}: histogram` },
      marks.map((value) => [
        s("line", { class: "grid", x1: M.left, x2: W - M.right, y1: y(value), y2: y(value) }),
        s("text", { class: "tick", x: M.left - 6, y: y(value) + 3.5, "text-anchor": "end" }, short(value)),
      ]),
      of.counts.map((value, i) => s("g", { "data-tip": `${range(i)}: ${count(value)}` },
        s("rect", { class: "hit", x: M.left + i * bar, y: M.top, width: bar, height: H - M.top - M.bottom }),
        s("rect", { class: "bar", x: M.left + i * bar + 0.4, y: y(value), width: Math.max(bar - 0.8, 0.6), height: H - M.bottom - y(value) }))),
      of.edges.map((edge, i) => (i % every ? null
        : s("text", { class: "tick", x: M.left + i * bar, y: H - M.bottom + 14, "text-anchor": "middle" }, edgeText(of.unit, edge)))),
      s("text", { class: "unit", x: (W + M.left) / 2, y: H - 4, "text-anchor": "middle" }, unitName[of.unit] || of.unit));
    const notes = [
      isOfView(of.name) ? "Images" : "Pairs",
      of.unchanged ? `${count(of.unchanged)} without a change are not drawn` : "",
      of.undefined ? `${count(of.undefined)} undefined` : "",
    ].filter(Boolean).join("; ");
    return chart(of.title, notes, svg, of.counts.map((value, i) => [range(i), count(value)]).filter((row) => row[1] !== "0"));
  }

  /** Horizontal bars with names, as HTML: they wrap and scale with the page. */
  function bars(title, about, entries, options = {}) {
    const most = Math.max(...entries.map((entry) => entry.value), 1e-9);
    const shown = options.text || ((value) => count(value));
    const list = h("ol", { class: options.wide ? "bars wide-names" : "bars" }, entries.map((entry) =>
      h("li", { "data-tip": entry.tip || `${entry.name}: ${shown(entry.value)}` },
        h("span", { class: "bar-name" }, entry.name, entry.note ? h("small", {}, entry.note) : null),
        h("span", { class: "bar-track" }, h("span", { class: `bar-fill ${options.tone || ""}`, style: `width:${Math.max(100 * entry.value / most, 0.4)}%` })),
        h("span", { class: "bar-value" }, shown(entry.value)))));
    return chart(title, about, list, null);
  }

  const entriesOf = (counts, name = words) => Object.entries(counts).map(([key, value]) => ({ name: name(key), value }));

  function answers() {
    const asked = data.families.filter((family) => family.asked);
    if (!asked.length) return null;
    const rows = asked.map((family) => {
      const all = Object.values(family.answers).reduce((sum, value) => sum + value, 0) || 1;
      return h("li", {},
        h("a", { class: "bar-name", href: `#tab=gallery&family=${encodeURIComponent(family.family)}` }, familyName(family.family)),
        h("span", { class: "stack" }, Object.entries(family.answers).map(([answer, value], i) => value
          ? h("span", { class: `part tone-${i % 6}`, style: `width:${(100 * value) / all}%`, "data-tip": `${words(answer)}: ${count(value)} (${percent(value / all)})` }, (100 * value) / all > 13 ? words(answer) : "")
          : null)),
        h("span", { class: "bar-value" }, count(all)));
    });
    return chart("Answers per family", "How often each answer is the true one: with even parts, none is worth guessing. “Rank” counts the choices from the smallest or nearest, “bin” parts the range of a number that is asked for.", h("ol", { class: "bars stacks" }, rows), null);
  }

  function refusalsByReason() {
    const sums = {};
    for (const family of data.families) for (const [code, value] of Object.entries(family.refused)) sums[code] = (sums[code] || 0) + value;
    const entries = Object.entries(sums).sort((a, b) => b[1] - a[1]).map(([code, value]) => ({ name: words(code), note: data.meanings[code], value }));
    return entries.length ? bars("Questions not asked, by reason", "“Balance” are true questions, left out so that no answer is more frequent than another.", entries, { tone: "refused", wide: true }) : null;
  }

  function seconds() {
    const views = stats.counts.views || 1;
    const entries = Object.entries(stats.seconds).map(([stage, value]) => ({ name: words(stage), value: value / views, tip: `${words(stage)}: ${fixed(value, 0)} s in all` }));
    if (!entries.length) return null;
    const lanes = stats.lane_seconds ? `${fixed(stats.lane_seconds, 0)} s of all lanes, loading included` : "";
    return bars("Seconds per stage, of one image", lanes, entries, { text: (value) => `${fixed(value, value < 0.1 ? 3 : 2)} s` });
  }

  function audit() {
    const of = stats.audit;
    if (!of) return null;
    const cell = (guess) => {
      if (!guess) return h("td", { class: "quiet" }, "–");
      const gain = 100 * (guess.share - guess.chance);
      return h("td", { class: guess.past_gate ? "past" : null, "data-tip": `${words(guess.cheat)} (${guess.sees}): ${percent(guess.share)}, 95 % from ${percent(guess.low)} to ${percent(guess.high)}; chance ${percent(guess.chance)}` },
        percent(guess.share), h("small", {}, page.signed(gain, 1)));
    };
    const rows = of.families.map((family) => h("tr", {},
      h("th", { scope: "row" }, familyName(family.family)), h("td", {}, count(family.questions)), h("td", {}, percent(family.chance)),
      cell(family.by_text), cell(family.by_image), cell(family.by_numbers)));
    return h("figure", { class: "chart wide" },
      h("figcaption", {}, h("h3", {}, "Audit ", h("span", { class: of.passed ? "tag good" : "tag refused" }, of.passed ? "passed" : `${of.leaks.length} past the gate`)),
        h("p", { class: "quiet" }, `What guessing reaches without looking at both images: the best guesser of each kind, and by how many points it beats chance. The gate is ${fixed(100 * of.margin, 0)} points, for one camera’s exact numbers ${fixed(100 * of.bound_margin, 0)}; in families of few questions it is the lower end of the 95 % interval that counts.`)),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Audit table" }, h("table", { class: "audit" },
        h("thead", {}, h("tr", {}, ["family", "questions", "chance", "text alone", "one image", "one camera’s numbers"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, rows))));
  }

  function plots(root) {
    if (root.childElementCount) return;
    const categories = entriesOf(stats.categories);
    const others = categories.splice(16);
    const rest = others.length ? `; ${others.length} others have ${count(others.reduce((sum, entry) => sum + entry.value, 0))}` : "";
    const licences = stats.licences.map((each) => ({ name: each.licence || "unknown", value: each.assets, tip: `${count(each.assets)} objects, ${count(each.pairs)} pairs, ${count(each.views)} images` }));
    const splits = Object.entries(stats.splits).map(([split, value]) => ({ name: split, value, note: `${count(stats.split_assets[split] || 0)} objects` }));
    const section = (title, layout, ...charts) => {
      const there = charts.flat().filter(Boolean);
      return there.length ? h("section", { class: "plot-group" }, h("h2", {}, title), h("div", { class: `charts ${layout}` }, there)) : null;
    };
    const group = (names) => stats.histograms.filter((each) => names(each.name)).map(histogram);
    root.append(...[
      section("Between the images", "", group((name) => !isOfView(name))),
      section("Each camera", "flowing", group(isOfView), bars("Kinds of motion", "Pairs; “free”: of two anchors, “two moves”: two motions from one anchor", entriesOf(stats.kinds))),
      section("Questions", "", answers(), refusalsByReason(), splits.length ? bars("Questions per split", "No object is in two splits.", splits) : null),
      section("Audit", "", audit()),
      section("The run", "flowing", seconds(), bars("Licences", "Objects", licences), bars("Categories", `Pairs${rest}`, categories), bars("Backdrops", "Images", entriesOf(stats.backdrops))),
    ].filter(Boolean));
  }

  const ofViews = new Set(["view_azimuth", "view_elevation", "view_distance", "field_of_view", "mask_share"]);
  const isOfView = (name) => ofViews.has(name);

  /** Reasons with counts and examples. */
  function rejected(root) {
    if (root.childElementCount) return;
    const kinds = { asset: "Objects", view: "Images", pair: "Pairs", question: "Questions" };
    const groups = Object.keys(kinds).map((kind) => {
      const rows = data.rejected.filter((row) => row.kind === kind);
      if (!rows.length) return null;
      return h("section", { class: "plot-group" }, h("h2", {}, kinds[kind], " ", h("span", { class: "quiet" }, count(rows.reduce((sum, row) => sum + row.count, 0)))),
        h("div", { class: "reasons-list" }, rows.map((row) => h("details", { class: "reason" },
          h("summary", {}, h("span", { class: "tag refused" }, words(row.code)), h("span", { class: "meaning" }, data.meanings[row.code] || ""), h("b", {}, count(row.count))),
          kind === "question" ? h("p", {}, h("a", { href: `#tab=gallery&code=${encodeURIComponent(row.code)}` }, "Pairs in the gallery that were refused for it")) : null,
          h("ul", {}, row.examples.map((example) => h("li", {}, h("code", {}, example.id), example.message ? h("span", { class: "quiet" }, example.message) : null, page.measures(example.numbers))))))));
    });
    const lists = groups.filter(Boolean);
    root.append(h("p", { class: "lead" }, "Nothing is dropped without a reason: every object, image, pair and question that isn’t in the data has a code and its numbers."),
      ...(lists.length ? lists : [h("p", { class: "empty" }, "This run rejected nothing.")]));
  }

  Object.assign(page, { plots, rejected });
})(window.viewgen);
