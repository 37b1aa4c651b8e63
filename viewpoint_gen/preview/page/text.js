// Elements, numbers and names: what the other scripts share. Text is only ever set as text.
"use strict";
window.viewgen = window.viewgen || {};

(function (page) {
  /** An element with attributes and children; strings become text, never markup. */
  function h(tag, attributes, ...children) {
    return filled(document.createElement(tag), attributes, children);
  }

  /** The same for SVG. */
  function s(tag, attributes, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  }

  function filled(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  }

  const DEG = 180 / Math.PI;

  const count = (value) => value.toLocaleString("en-US");
  const words = (name) => String(name).replaceAll("_", " ");
  const percent = (share, digits = 1) =>
    share === null || share === undefined ? "–" : (100 * share).toFixed(digits) + " %";

  function fixed(value, digits) {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? (0).toFixed(digits) : text.replace("-", "−");
  }

  function signed(value, digits) {
    const text = fixed(value, digits);
    return text.startsWith("−") || Number(text) === 0 ? text : "+" + text;
  }

  const degrees = (rad, digits = 1) => (rad === null ? "–" : signed(rad * DEG, digits) + "°");
  const plainDegrees = (rad, digits = 1) => (rad === null ? "–" : fixed(rad * DEG, digits) + "°");
  const ratio = (value) => (value === null ? "–" : value.toFixed(2) + " ×");

  /** A number of a refusal with its unit, by the ending of its name. */
  function measured(name, value) {
    if (value === null) return "undefined";
    if (name.includes("_rad") || name.endsWith("rad")) return degrees(value);
    if (name.endsWith("_px")) return fixed(value, 1) + " px";
    if (Number.isInteger(value)) return fixed(value, 0);
    return fixed(value, Math.abs(value) < 0.1 ? 4 : 2);
  }

  const measureName = (name) => words(name.replace("_rad", "").replace(/_px$/, ""));

  /** Families read better with their group in front: "ego translation · sideways". */
  function familyName(family) {
    const groups = ["ego_translation", "ego_rotation", "object_translation", "magnitude", "estimate", "minimal"];
    const group = groups.find((name) => family.startsWith(name + "_"));
    return group ? words(group) + " · " + words(family.slice(group.length + 1)) : words(family);
  }

  /** A question's text without the lines that only hold images, and what those lines call them. */
  function parted(question) {
    const captions = [];
    const lines = [];
    for (const line of question.split("\n")) {
      const only = line.match(/^(.*?):?\s*<image>\s*$/);
      if (only) captions.push(only[1].trim() || "Image " + (captions.length + 1));
      else lines.push(line);
    }
    const text = lines.join("\n").replace(/<image>/g, () => {
      captions.push("Image " + (captions.length + 1));
      return "[image " + captions.length + "]";
    });
    return { captions, text: text.trim() };
  }

  Object.assign(page, {
    h, s, DEG, count, words, percent, fixed, signed, degrees, plainDegrees, ratio, measured, measureName,
    familyName, parted,
  });
})(window.viewgen);
