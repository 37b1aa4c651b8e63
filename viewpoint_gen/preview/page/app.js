// What is shown: filters, pages, the address, the keyboard.
"use strict";

(function (page) {
  const { h, words, count, familyName } = page;
  const data = window.VIEWGEN;
  const PER_PAGE = 24;
  const $ = (id) => document.getElementById(id);

  const FACETS = [
    { key: "family", title: "Question family", name: familyName },
    { key: "kind", title: "Motion", name: words },
    { key: "category", title: "Category", name: words },
    { key: "split", title: "Split", name: words },
    { key: "code", title: "Not asked because", name: words },
  ];

  for (const item of data.items) {
    const assets = item.assets.map((uid) => data.assets[uid] || {});
    item.text = [
      item.id, item.category, item.kind, ...assets.flatMap((asset) => [asset.title, asset.author]),
      ...item.questions.flatMap((row) => [row.family, row.question, row.answer_text]),
    ].join(" ").toLowerCase().replaceAll("_", " ");
  }

  let state = read();
  const opened = new Set(["family", "kind"]);

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const text = (key) => given.get(key) || "";
    return {
      tab: ["gallery", "plots", "rejected"].includes(text("tab")) ? text("tab") : "gallery",
      family: text("family"), kind: text("kind"), category: text("category"), split: text("split"),
      code: text("code"), q: text("q"), page: Math.max(1, parseInt(text("page"), 10) || 1), item: text("item"),
    };
  }

  function address(of) {
    const given = new URLSearchParams();
    for (const [key, value] of Object.entries(of)) {
      if (value && !(key === "page" && value === 1)) given.set(key, value);
    }
    return "#" + given;
  }

  /** Change the state; the address follows, and what is shown follows that. */
  function go(changes, replace) {
    const next = address({ ...state, ...changes });
    if (next === location.hash) return;
    if (replace) { history.replaceState(null, "", next); update(); } else location.hash = next;
  }

  /** The values of one facet that an item has, given the other filters. */
  function valuesOf(item, key, filters) {
    if (key === "family" && filters.code) return item.refused.filter((row) => row.code === filters.code).map((row) => row.family);
    if (key === "family") return item.questions.map((row) => row.family);
    if (key === "code") return item.refused.filter((row) => !filters.family || row.family === filters.family).map((row) => row.code);
    return item[key] ? [item[key]] : [];
  }

  function matches(item, filters, except) {
    const wanted = filters.q.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
    if (!wanted.every((word) => item.text.includes(word))) return false;
    return FACETS.every(({ key }) => key === except || !filters[key] || valuesOf(item, key, except ? { ...filters, [except]: "" } : filters).includes(filters[key]));
  }

  const found = () => data.items.filter((item) => matches(item, state));

  function facet({ key, title, name }) {
    const counts = new Map();
    for (const item of data.items) {
      if (!matches(item, state, key)) continue;
      for (const value of new Set(valuesOf(item, key, { ...state, [key]: "" }))) counts.set(value, (counts.get(value) || 0) + 1);
    }
    if (state[key] && !counts.has(state[key])) counts.set(state[key], 0);
    if (!counts.size) return null;
    const order = key === "family" ? data.families.map((family) => family.family) : null;
    const entries = [...counts].sort((a, b) => (order ? order.indexOf(a[0]) - order.indexOf(b[0]) : b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    return h("details", {
      class: "facet", "data-facet": key, open: opened.has(key) || Boolean(state[key]),
      ontoggle: (event) => (event.target.open ? opened.add(key) : opened.delete(key)),
    },
      h("summary", {}, title, h("span", { class: "quiet" }, entries.length)),
      h("ul", {}, entries.map(([value, number]) => h("li", {}, h("button", {
        type: "button", class: "facet-value", "data-value": value, "aria-pressed": String(state[key] === value),
        title: key === "code" ? data.meanings[value] : null,
        onclick: () => go({ [key]: state[key] === value ? "" : value, page: 1, item: "" }),
      }, h("span", {}, name(value)), h("b", {}, count(number)))))));
  }

  function showFilters() {
    const side = $("filters");
    const scrolls = Object.fromEntries([...side.querySelectorAll(".facet")].map((node) => [node.dataset.facet, node.querySelector("ul").scrollTop]));
    const focused = document.activeElement && side.contains(document.activeElement) ? document.activeElement.dataset.value : null;
    side.replaceChildren(...FACETS.map(facet).filter(Boolean));
    for (const node of side.querySelectorAll(".facet")) node.querySelector("ul").scrollTop = scrolls[node.dataset.facet] || 0;
    if (focused) [...side.querySelectorAll(".facet-value")].find((node) => node.dataset.value === focused)?.focus({ preventScroll: true });
    const used = FACETS.filter(({ key }) => state[key]);
    $("chips").replaceChildren(
      ...used.map(({ key, title, name }) => h("button", { class: "chip", type: "button", "aria-label": `Remove the filter ${title}: ${name(state[key])}`, onclick: () => go({ [key]: "", page: 1 }) }, name(state[key]), h("span", { "aria-hidden": "true" }, "✕"))),
      ...(state.q ? [h("button", { class: "chip", type: "button", "aria-label": "Remove the search", onclick: () => go({ q: "", page: 1 }) }, `“${state.q}”`, h("span", { "aria-hidden": "true" }, "✕"))] : []),
      ...(used.length + Boolean(state.q) > 1 ? [h("button", { class: "link", type: "button", onclick: () => go({ family: "", kind: "", category: "", split: "", code: "", q: "", page: 1 }) }, "Clear all")] : []));
  }

  let shownKey = "";

  function showGallery() {
    const items = found();
    const pages = Math.max(1, Math.ceil(items.length / PER_PAGE));
    const at = Math.min(state.page, pages);
    showFilters();
    const key = address({ ...state, item: "", page: at });
    if (key === shownKey) return;
    shownKey = key;
    const first = (at - 1) * PER_PAGE;
    $("found").textContent = items.length
      ? `${first + 1}–${Math.min(first + PER_PAGE, items.length)} of ${count(items.length)}` : "Nothing found";
    $("cards").replaceChildren(...items.slice(first, first + PER_PAGE).map((item, i) => page.card(item, first + i, state, (one) => go({ item: one.id }))),
      ...(items.length ? [] : [h("p", { class: "empty" }, "No pair fits all filters. ", h("button", { class: "link", type: "button", onclick: () => go({ family: "", kind: "", category: "", split: "", code: "", q: "", page: 1 }) }, "Clear them"))]));
    const step = (to, text, label) => h("button", { class: "button", type: "button", disabled: to < 1 || to > pages, "aria-label": label, onclick: () => turnTo(to) }, text);
    $("pager").replaceChildren(...(pages > 1 ? [step(at - 1, "←", "Page before"), h("span", {}, `Page ${at} of ${pages}`), step(at + 1, "→", "Next page")] : []));
  }

  function turnTo(to) {
    const pages = Math.ceil(found().length / PER_PAGE);
    if (to < 1 || to > pages) return;
    go({ page: to });
    scrollTo({ top: 0 });
  }

  let opener = "";

  function showPanel() {
    const panel = $("panel");
    if (!state.item) { if (panel.open) panel.close(); return; }
    const items = found();
    let at = items.findIndex((item) => item.id === state.item);
    const item = at >= 0 ? items[at] : data.items.find((each) => each.id === state.item);
    if (!item) { go({ item: "" }, true); return; }
    const to = (other) => other && (() => go({ item: other.id, page: Math.floor(items.indexOf(other) / PER_PAGE) + 1 }, true));
    const steps = { back: to(at > 0 ? items[at - 1] : null), on: to(at >= 0 ? items[at + 1] : null) };
    panel.steps = steps;
    panel.content = page.panel(item, at >= 0 ? `${at + 1} of ${count(items.length)}` : "", steps);
    panel.replaceChildren(panel.content);
    opener = item.id;
    if (!panel.open) panel.showModal();
    panel.querySelector("[data-close]").focus({ preventScroll: true });
    panel.querySelector(".panel-body").scrollTop = 0;
  }

  function update() {
    state = read();
    for (const link of document.querySelectorAll(".tabs a")) {
      if (link.dataset.tab === state.tab) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
    for (const name of ["gallery", "plots", "rejected"]) $(name).hidden = name !== state.tab;
    if (document.activeElement !== $("search")) $("search").value = state.q;
    if (state.tab === "gallery") showGallery();
    if (state.tab === "plots") page.plots($("plots"));
    if (state.tab === "rejected") page.rejected($("rejected"));
    showPanel();
  }

  function focusCard(step) {
    const cards = [...document.querySelectorAll(".card")];
    if (!cards.length) return;
    const at = cards.indexOf(document.activeElement.closest ? document.activeElement.closest(".card") : null);
    const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + step))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  const columns = () => {
    const cards = [...document.querySelectorAll(".card")];
    return Math.max(1, cards.filter((card) => card.offsetTop === cards[0].offsetTop).length);
  };

  const GALLERY_KEYS = {
    ArrowRight: () => focusCard(1), ArrowLeft: () => focusCard(-1), j: () => focusCard(1), k: () => focusCard(-1),
    ArrowDown: () => focusCard(columns()), ArrowUp: () => focusCard(-columns()),
    n: () => turnTo(state.page + 1), p: () => turnTo(state.page - 1),
  };
  const KEYS = {
    "/": () => { if (state.tab !== "gallery") go({ tab: "gallery" }); setTimeout(() => $("search").focus()); },
    "?": () => $("help").showModal(),
    1: () => go({ tab: "gallery" }), 2: () => go({ tab: "plots" }), 3: () => go({ tab: "rejected" }),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
    const typing = event.target === $("search");
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    const panel = $("panel");
    const onControl = event.target.closest("button, a, summary, input, .scroll");
    if (panel.open) {
      if (event.key === "Escape") { event.preventDefault(); go({ item: "" }, true); }
      const step = { ArrowLeft: "back", k: "back", ArrowRight: "on", j: "on" }[event.key];
      if (step && panel.steps[step]) { event.preventDefault(); panel.steps[step](); }
      const pressing = onControl && !onControl.hasAttribute("data-close");
      if (event.key === " " && !pressing) { event.preventDefault(); panel.content.reveal(); }
      return;
    }
    const act = KEYS[event.key] || (state.tab === "gallery" ? GALLERY_KEYS[event.key] : null);
    if (act && !(onControl && event.key.startsWith("Arrow") && onControl.matches("summary, input, .scroll"))) { event.preventDefault(); act(); return; }
    const card = event.target.classList.contains("card") ? event.target : null;
    if (card && event.key === "Enter") { event.preventDefault(); go({ item: card.dataset.id }); }
    if (card && event.key === " ") { event.preventDefault(); card.reveal(); }
  });

  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target !== dialog && !event.target.closest("[data-close]")) return;
      if (dialog === $("panel")) go({ item: "" }, true); else dialog.close();
    });
  }
  $("panel").addEventListener("close", () => {
    if (state.item) go({ item: "" }, true);
    [...document.querySelectorAll(".card")].find((card) => card.dataset.id === opener)?.focus({ preventScroll: true });
  });
  $("show-help").addEventListener("click", () => $("help").showModal());
  $("toggle-filters").addEventListener("click", (event) => {
    const shown = $("filters").classList.toggle("shown");
    event.currentTarget.setAttribute("aria-expanded", String(shown));
  });
  let typed = 0;
  $("search").addEventListener("input", (event) => {
    clearTimeout(typed);
    typed = setTimeout(() => go({ tab: "gallery", q: event.target.value.trim(), page: 1, item: "" }, true), 150);
  });
  addEventListener("hashchange", update);
  update();
})(window.viewgen);
