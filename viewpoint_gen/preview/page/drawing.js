// Where the cameras stood: drawn from the matrices of the rows, from above and from the side.
// World: right-handed, +Z up. Camera: OpenCV, +X right, +Y down, +Z forward.
"use strict";

(function (page) {
  const { s, DEG } = page;
  const SIZE = 420;
  const HEIGHT = 440;
  const PAD = 40;
  const FOOT = 34; // kept free for the scale

  const add = (a, b) => a.map((value, i) => value + b[i]);
  const scaled = (a, factor) => a.map((value) => value * factor);
  const sub = (a, b) => a.map((value, i) => value - b[i]);
  const length = (a) => Math.hypot(...a);

  /** Centre, axis and frustum of a camera in the world. */
  function cameraOf(view) {
    const m = view.world_from_camera;
    const [fx, fy, cx, cy] = view.intrinsics;
    const centre = m.map((line) => line[3]);
    const toWorld = (p) => m.map((line) => line[0] * p[0] + line[1] * p[1] + line[2] * p[2]);
    const ray = (x, y) => toWorld([(x - cx) / fx, (y - cy) / fy, 1]);
    const corners = [
      [0, 0], [view.width_px, 0], [view.width_px, view.height_px], [0, view.height_px],
    ].map(([x, y]) => ray(x, y));
    return { centre, forward: toWorld([0, 0, 1]), up: toWorld([0, -1, 0]), corners };
  }

  /** Seen from above: world +X to the right, +Y up the page. */
  function fromAbove() {
    return { name: "From above", front: true, flat: (p) => [p[0], -p[1]], axes: [["x", [1, 0, 0]], ["y", [0, 1, 0]]] };
  }

  /** Seen from the side in which the cameras lie furthest apart, +Z up the page. */
  function fromSide(cameras) {
    let xx = 0, xy = 0, yy = 0;
    for (const camera of cameras) {
      const [x, y] = camera.centre;
      xx += x * x; xy += x * y; yy += y * y;
    }
    const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
    let along = [Math.cos(angle), Math.sin(angle), 0];
    const first = cameras[0].centre;
    if (first[0] * along[0] + first[1] * along[1] > 0) along = scaled(along, -1);
    const azimuth = Math.round(Math.atan2(along[1], along[0]) * DEG);
    return {
      name: "From the side",
      note: `to the right: azimuth ${page.fixed(azimuth, 0)}°`,
      flat: (p) => [p[0] * along[0] + p[1] * along[1], -p[2]],
      axes: [["z", [0, 0, 1]]],
    };
  }

  function hull(points) {
    const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
    const half = (list) => {
      const out = [];
      for (const p of list) {
        while (out.length > 1 && turn(out[out.length - 2], out[out.length - 1], p) <= 0) out.pop();
        out.push(p);
      }
      return out.slice(0, -1);
    };
    return [...half(sorted), ...half(sorted.reverse())];
  }

  const path = (points) => points.map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" ");

  /** Maps the drawing's plane to the page, everything inside it. */
  function fitted(flat, worldPoints) {
    const all = worldPoints.map(flat);
    const low = [0, 1].map((i) => Math.min(...all.map((p) => p[i])));
    const high = [0, 1].map((i) => Math.max(...all.map((p) => p[i])));
    const span = Math.max(high[0] - low[0], high[1] - low[1], 1.2);
    const scale = (SIZE - 2 * PAD) / span;
    const middle = [0, 1].map((i) => (low[i] + high[i]) / 2);
    const centre = [SIZE / 2, (HEIGHT - FOOT) / 2];
    const put = (p) => flat(p).map((v, i) => centre[i] + (v - middle[i]) * scale);
    return { put, scale };
  }

  /** The upright box round what is seen of an object, in the world. */
  function boxOf(points) {
    const low = [0, 1, 2].map((i) => Math.min(...points.map((p) => p[i])));
    const high = [0, 1, 2].map((i) => Math.max(...points.map((p) => p[i])));
    const corners = [];
    for (const x of [low[0], high[0]]) for (const y of [low[1], high[1]]) for (const z of [low[2], high[2]]) corners.push([x, y, z]);
    return corners;
  }

  function frustum(camera, number, put, label, reach, withSight) {
    const colour = `var(--view-${number + 1})`;
    const apex = put(camera.centre);
    const near = camera.corners.map((ray) => put(add(camera.centre, scaled(ray, reach))));
    const far = camera.corners.map((ray) => put(add(camera.centre, scaled(ray, camera.sight))));
    const top = [0, 1].map((i) => (near[0][i] + near[1][i]) / 2);
    const look = put(add(camera.centre, scaled(camera.forward, camera.sight)));
    const away = label.away;
    return s("g", { class: "camera", style: `--c:${colour}` },
      withSight ? s("polygon", { class: "sight", points: path(hull([apex, ...far])) }) : null,
      s("line", { class: "axis-of-sight", x1: apex[0], y1: apex[1], x2: look[0], y2: look[1] }),
      s("polygon", { class: "body", points: path(hull([apex, ...near])) }),
      near.map((p) => s("line", { x1: apex[0], y1: apex[1], x2: p[0], y2: p[1] })),
      s("polygon", { class: "plate", points: path(near) }),
      s("circle", { class: "top-edge", cx: top[0], cy: top[1], r: 2.6 }),
      s("circle", { class: "badge", cx: apex[0] + away[0], cy: apex[1] + away[1], r: 11 }),
      s("text", { class: "badge-text", x: apex[0] + away[0], y: apex[1] + away[1] }, label.text));
  }

  /** Labels stand behind their cameras; those of cameras in one place stand side by side. */
  function labels(cameras, put, texts) {
    const places = [];
    return cameras.map((camera, i) => {
      const apex = put(camera.centre);
      const ahead = sub(put(add(camera.centre, camera.forward)), apex);
      const long = length(ahead) || 1;
      let away = long < 4 ? [0, -18] : scaled(ahead, -18 / long);
      const at = () => add(apex, away);
      for (let tries = 0; tries < 8; tries++) {
        if (!places.some((other) => length(sub(other, at())) < 23)) break;
        const [x, y] = away;
        const turn = 0.7;
        away = [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];
        away = scaled(away, 1.12);
      }
      places.push(at());
      return { text: texts[i], away };
    });
  }

  function arrow(from, to, attributes) {
    const way = sub(to, from);
    const long = length(way);
    if (long < 2) return null;
    const along = scaled(way, 1 / long);
    const across = [-along[1], along[0]];
    const back = add(to, scaled(along, -8));
    return s("g", attributes,
      s("line", { x1: from[0], y1: from[1], x2: back[0], y2: back[1] }),
      s("polygon", { points: path([to, add(back, scaled(across, 3.6)), add(back, scaled(across, -3.6))]) }));
  }

  /** The way from one camera to the next, bowed away from the object. */
  function motion(from, to, origin) {
    const way = sub(to, from);
    const long = length(way);
    if (long < 16) return null;
    const middle = scaled(add(from, to), 0.5);
    let across = [-way[1] / long, way[0] / long];
    const out = sub(middle, origin);
    if (across[0] * out[0] + across[1] * out[1] < 0) across = scaled(across, -1);
    const bend = add(middle, scaled(across, Math.min(34, 0.22 * long)));
    const pull = sub(to, bend);
    const end = add(to, scaled(pull, -12 / (length(pull) || 1)));
    const along = scaled(sub(end, bend), 1 / (length(sub(end, bend)) || 1));
    const side = [-along[1], along[0]];
    const back = add(end, scaled(along, -8));
    const f = (p) => p.map((v) => v.toFixed(1)).join(" ");
    return s("g", { class: "motion" },
      s("path", { d: `M ${f(from)} Q ${f(bend)} ${f(back)}` }),
      s("polygon", { points: path([end, add(back, scaled(side, 4)), add(back, scaled(side, -4))]) }));
  }

  /** Points of the surface: filled where both images show them, hollow where only one does. */
  function dots(view, number, seen, put) {
    return view.points.map((p, i) => {
      const [x, y] = put(p);
      const shared = !seen || seen[i] === 1;
      return s("circle", {
        class: shared ? "point shared" : "point", style: `--c:var(--view-${number + 1})`,
        cx: x.toFixed(1), cy: y.toFixed(1), r: 1.9,
      });
    });
  }

  function scaleBar(scale) {
    const y = HEIGHT - 16;
    return s("g", { class: "scale" },
      s("line", { x1: 14, x2: 14 + scale, y1: y, y2: y }),
      s("line", { x1: 14, x2: 14, y1: y - 4, y2: y + 4 }),
      s("line", { x1: 14 + scale, x2: 14 + scale, y1: y - 4, y2: y + 4 }),
      s("text", { x: 22 + scale, y }, "the object’s longest side"));
  }

  function drawing(projection, views, cameras, options) {
    const objects = views.slice(0, options.objects).flatMap((view) => [...view.points, ...(view.box || [])]);
    const box = boxOf(objects.length ? objects : [[-0.5, -0.5, -0.5], [0.5, 0.5, 0.5]]);
    const spread = Math.max(...cameras.map((camera) => length(camera.centre)));
    const reach = 0.13 * spread;
    const front = options.front && projection.front ? views[0].front_azimuth_rad : null;
    const frontAt = (far) => [far * Math.cos(front), far * Math.sin(front), 0];
    const world = [
      ...box, ...projection.axes.map(([, axis]) => scaled(axis, 0.92)), ...(front === null ? [] : [frontAt(1.15)]), ...cameras.map((camera) => camera.centre),
      ...cameras.flatMap((camera) => camera.corners.map((ray) => add(camera.centre, scaled(ray, reach)))),
    ];
    const { put, scale } = fitted(projection.flat, world);
    const origin = put([0, 0, 0]);
    const tags = labels(cameras, put, options.labels);
    const name = (text, at, cls) => s("text", { class: cls, x: put(at)[0], y: put(at)[1] }, text);
    const parts = [
      cameras.map((camera, i) => frustum(camera, i, put, tags[i], reach, options.motion)),
      s("polygon", { class: "box", points: path(hull(box.map(put))) }),
      views.slice(0, options.objects).map((view, i) => dots(view, i, options.seen && options.seen[i], put)),
      projection.axes.map(([letter, axis]) => [
        arrow(origin, put(scaled(axis, 0.75)), { class: "world-axis" }),
        name(letter, scaled(axis, 0.9), "axis-name"),
      ]),
      front === null ? null : [arrow(origin, put(frontAt(0.85)), { class: "front" }), name("front", frontAt(1.1), "front-name")],
      options.motion ? motion(put(cameras[0].centre), put(cameras[1].centre), origin) : null,
      scaleBar(scale),
    ];
    const title = `${projection.name}: ${options.what}`;
    return s("svg", { class: "drawing", viewBox: `0 0 ${SIZE} ${HEIGHT}`, role: "img", "aria-label": title }, parts);
  }

  /** Both drawings of an item, as figures. */
  function drawings(item, views, labelTexts) {
    const cameras = views.map((view) => {
      const camera = cameraOf(view);
      camera.sight = length(camera.centre) * 1.12;
      return camera;
    });
    const pair = item.type === "pair";
    const options = {
      labels: labelTexts.map((text) => text.replace(/^image /i, "")),
      objects: pair ? 2 : 1,
      seen: pair ? item.seen : null,
      motion: pair,
      front: item.assets.length === 1,
      what: pair ? `two cameras round the object, ${page.degrees(item.numbers.azimuth_rad, 0)} of azimuth apart` : `${views.length} cameras round the object`,
    };
    return [fromAbove(), fromSide(cameras)].map((projection) =>
      page.h("figure", { class: "draw" },
        page.h("figcaption", {}, projection.name, projection.note ? page.h("span", {}, projection.note) : null),
        drawing(projection, views, cameras, options)));
  }

  page.drawings = drawings;
})(window.viewgen);
