// Tables that sort, filter and are saved as CSV, figures that tell their values and are saved too. Whatever a cell or a label holds
// is set as text, never as HTML; nothing is loaded. A page without this script shows the same tables and figures.
"use strict";
(() => {
  const STEP = 100;  // rows of a long table that are shown at once, and more at each click
  const FEW = 12;  // rows of a table that needs no filter
  const MOST_LINES = 8;  // marks that one tip names
  const NOTHING = "–";  // in a cell: there is no value
  const MISSING = new Set([NOTHING, "", "-", "nan"]);
  const compareTexts = new Intl.Collator("en", {numeric: true}).compare;
  const counted = (number, noun = "row") => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  function make(name, settings = {}, ...children) {
    const made = Object.assign(document.createElement(name), settings);
    made.append(...children);
    return made;
  }

  // The number with which a text begins, or NaN: "1,200", "-3.5e-7", "12 %", "3 of 16", "< 0.1", "inf".
  function leadingNumber(text) {
    const plain = text.replace(/^[<>≤≥≈~]\s*/, "").replace(/^−/, "-").replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
    return parseFloat(plain.replace(/^([+-]?)(?:inf|∞)/, "$1Infinity"));
  }

  // How two rows compare in a column: by numbers where all its cells begin with one; what is missing comes last.
  function comparison(rows, column, sign) {
    const numbers = new Map();
    rows.forEach((row) => MISSING.has(row.cells[column]) || numbers.set(row, leadingNumber(row.cells[column])));
    const numeric = ![...numbers.values()].some(Number.isNaN);
    return (a, b) => {
      if (!numbers.has(a) || !numbers.has(b)) return numbers.has(b) - numbers.has(a);
      const difference = numeric ? numbers.get(a) - numbers.get(b) : 0;  // NaN for two infinities
      return sign * (difference || compareTexts(a.cells[column], b.cells[column]));
    };
  }

  // RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe.
  function csv(rows) {
    const number = /^\s*[+-]?(\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?\s*%?\s*$|^\s*[+-]?(inf|nan)\s*$/i;
    const field = (text) => {
      if (text === NOTHING) return "";
      const safe = /^\s*[=+\-@＝＋－＠]/.test(text) && !number.test(text) ? `'${text}` : text;
      return /[",;\s]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return rows.map((cells) => `${cells.map(field).join(",")}\r\n`).join("");
  }

  function save(name, text) {
    const address = URL.createObjectURL(new Blob([text], {type: "text/csv;charset=utf-8"}));
    make("a", {href: address, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  // What a cell says; a formula is its plain text.
  function textOf(cell) {
    const say = (node) => node.localName === "math" ? node.getAttribute("alttext") : node.textContent;
    return [...cell.childNodes].map(say).join("").trim();
  }

  // Make a table sort, filter and download. Beyond those in its body its rows are in the JSON behind it.
  function enhance(table) {
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], titles = heads.map((h) => h.textContent);
    const more = table.nextElementSibling;  // null, or the JSON
    const rows = [...body.rows].map((row) => ({row, cells: [...row.cells].map(textOf)}));
    if (more) rows.push(...JSON.parse(more.textContent).map((cells) => ({cells})));
    const filter = make("input", {type: "search", placeholder: "filter rows", hidden: rows.length <= FEW});
    const count = make("span", {className: "count", hidden: filter.hidden});
    const download = make("button", {type: "button", hidden: !(table.dataset.download && rows.length)});
    const next = make("button", {type: "button", className: "more"});
    const cell = (text, k) => make("td", {className: heads[k].className, textContent: text});
    const element = (entry) => (entry.row ??= make("tr", {}, ...entry.cells.map(cell)));
    let found = rows, column = -1, sign = 1, shown = STEP;

    function show() {
      const words = filter.value.toLowerCase().split(/\s+/);
      const matches = (row) => words.every((word) => (row.text ??= row.cells.join("\n").toLowerCase()).includes(word));
      found = rows.filter(matches);
      if (column >= 0) found.sort(comparison(rows, column, sign));
      const most = more ? shown : Infinity;
      body.replaceChildren(...found.slice(0, most).map(element));
      count.textContent = found.length < rows.length ? `${found.length.toLocaleString("en")} of ${counted(rows.length)}`
        : counted(rows.length);
      download.textContent = `Download CSV (${counted(found.length)})`;
      next.hidden = found.length <= most;
      next.textContent = `Show more: ${counted(found.length - shown)} left`;
      heads.forEach((head, k) =>
        head.setAttribute("aria-sort", k !== column ? "none" : sign > 0 ? "ascending" : "descending"));
    }

    // Upwards first, then downwards, then the order of the file.
    function sort(k) {
      if (k !== column) [column, sign] = [k, 1];
      else if (sign > 0) sign = -1;
      else column = -1;
      show();
    }

    filter.setAttribute("aria-label", "filter rows");
    count.setAttribute("aria-live", "polite");
    filter.addEventListener("input", () => { shown = STEP; show(); });
    download.addEventListener("click", () => save(table.dataset.download, csv([titles, ...found.map((r) => r.cells)])));
    next.addEventListener("click", () => { shown += STEP; show(); });
    if (rows.length > 1) heads.forEach((head, k) => {
      const button = make("button", {type: "button", textContent: titles[k]});
      if (!titles[k]) button.setAttribute("aria-label", `column ${k + 1}`);
      button.addEventListener("click", () => sort(k));
      head.replaceChildren(button);
    });
    table.parentElement.before(make("div", {className: "tools"}, filter, count, download));
    table.parentElement.after(next);
    show();
  }

  const tip = make("div", {className: "tip", hidden: true});
  tip.setAttribute("role", "status");
  let place = () => {};  // puts the tip beside the point that it tells of

  function valueOf(mark, k) {
    const value = mark.z ?? mark.y;
    const reach = mark.low ? `${mark.low[k]} to ${mark.high[k]}` : "";
    return !value ? reach : reach ? `${value[k]} (${reach})` : `${value[k]}`;
  }

  // What the tip says of a point: both axes, its own value, and those of the other marks of the panel at the same x.
  // A place that has a text of its own tells that.
  function lines({panel, mark, k}) {
    if (mark.told) return [mark.told[k]];
    const x = mark.x[k], named = panel.names[x] ?? x;
    const first = [`${panel.x_label || "x"}: ${named}`];
    if (mark.z) return [...first, `${panel.y_label || "y"}: ${mark.y[k]}`, `${mark.name}: ${valueOf(mark, k)}`];
    const others = panel.marks.filter((m) => m !== mark && m.x.includes(x)).map((m) => {
      const far = (j) => Math.hypot(m.at[2 * j] - mark.at[2 * k], m.at[2 * j + 1] - mark.at[2 * k + 1]);
      return [m, m.x.map((_, j) => j).filter((j) => m.x[j] === x).reduce((a, b) => (far(b) < far(a) ? b : a))];
    });
    const all = [[mark, k], ...others].slice(0, MOST_LINES);
    return [panel.y_label, ...first, ...all.map(([m, j]) => `${m.name || panel.y_label || "y"}: ${valueOf(m, j)}`)];
  }

  // The values of a figure as rows, the header first, which says what x, y and z are as the axes do.
  function valueRows(panels) {
    const titles = panels.map((panel, k) => panel.title || `panel ${k + 1}`);
    const head = (letter, said) => {
      const words = new Set(said).size === 1 ? said.slice(0, 1) : said.map((text, k) => text && `${text} (${titles[k]})`);
      return [letter, words.filter(Boolean).join("; ")].filter(Boolean).join(": ");
    };
    const maps = panels.map((panel) => panel.marks.filter((mark) => mark.z).map((mark) => mark.name).join(", "));
    const labels = ["x_label", "y_label"].map((key) => panels.map((panel) => panel[key]));
    const rows = panels.flatMap((panel, p) => panel.marks.flatMap((mark, m) => mark.x.map((x, k) => [
      titles[p], mark.name || `mark ${m + 1}`, panel.names[Math.round(x)] ?? x,
      ...["y", "low", "high", "z"].map((key) => mark[key]?.[k] ?? "")].map(String))));
    return [["panel", "mark", head("x", labels[0]), head("y", labels[1]), "low", "high", head("z", maps)], ...rows];
  }

  // A button under a figure that saves its values, unless the page has a link to a file of them.
  function saveable(svg, values) {
    const figure = svg.closest("figure");
    if (!figure || figure.querySelector('a[href$=".csv"]')) return;
    const panels = JSON.parse(values.textContent), marks = panels.flatMap((panel) => panel.marks);
    if (marks.some((mark) => mark.told)) return;
    const [here, all] = [0, 1].map((k) => marks.reduce((n, m) => n + (k && m.of ? m.of : m.x.length), 0));
    const points = here < all ? `${here.toLocaleString("en")} of ${counted(all, "point")}` : counted(all, "point");
    const button = make("button", {type: "button", textContent: `Download CSV (${points})`});
    button.addEventListener("click", () => save(`${figure.id || "figure"}.csv`, csv(valueRows(panels))));
    figure.append(make("div", {className: "tools"}, button));
  }

  // Make a figure tell its values: the nearest point under the pointer or a finger, or by the arrow keys.
  function readable(svg, values) {
    const ring = document.createElementNS(svg.namespaceURI, "circle");
    let panels, points, current = 0;
    const load = () => {
      panels ??= JSON.parse(values.textContent);
      points ??= panels.flatMap((panel) => panel.marks.flatMap((mark) => mark.x.map((_, k) => (
        {panel, mark, k, x: mark.at[2 * k], y: mark.at[2 * k + 1]}))));
    };
    const hide = () => { tip.hidden = true; ring.remove(); };

    function show(point) {
      current = points.indexOf(point);
      ring.setAttribute("class", "ring");
      for (const [name, value] of [["cx", point.x], ["cy", point.y], ["r", 4]]) ring.setAttribute(name, value);
      svg.append(ring);
      tip.textContent = lines(point).filter(Boolean).join("\n");
      tip.hidden = false;
      place = () => {
        const at = new DOMPoint(point.x, point.y).matrixTransform(svg.getScreenCTM());
        const [width, height, room] = [tip.offsetWidth, tip.offsetHeight, document.documentElement.clientWidth - 4];
        tip.style.left = `${Math.max(4, Math.min(at.x + 12, room - width))}px`;
        tip.style.top = `${at.y + 12 + height < innerHeight ? at.y + 12 : Math.max(4, at.y - 12 - height)}px`;
      };
      place();
    }

    function point(event) {
      load();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const inside = ({box: [left, top, right, bottom]}) =>
        left - 4 <= at.x && at.x <= right + 4 && top - 4 <= at.y && at.y <= bottom + 4;
      const far = (p) => (p.x - at.x) ** 2 + (p.y - at.y) ** 2;
      const near = points.filter((p) => inside(p.panel));
      if (near.length) show(near.reduce((a, b) => (far(b) < far(a) ? b : a)));
      else hide();
    }

    function step(event) {
      load();
      const marks = points.map((p, k) => k).filter((k) => points[k].k === 0);
      const to = {ArrowRight: current + 1, ArrowLeft: current - 1, ArrowDown: marks.find((k) => k > current),
        ArrowUp: marks.findLast((k) => k < current)}[event.key];
      if (event.key === "Escape") hide();
      if (!(event.key.startsWith("Arrow") && points.length)) return;
      event.preventDefault();
      show(points[Math.max(0, Math.min(to ?? current, points.length - 1))]);
    }

    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", "figure: the arrow keys tell its values");
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
    svg.addEventListener("keydown", step);
    svg.addEventListener("focus", () => { load(); if (points.length && svg.matches(":focus-visible")) show(points[current]); });
    svg.addEventListener("blur", hide);
  }

  document.body.append(tip);
  document.querySelectorAll("table.data").forEach(enhance);
  for (const values of document.querySelectorAll("svg > metadata.values")) {
    readable(values.parentElement, values);
    saveable(values.parentElement, values);
  }
  addEventListener("scroll", () => tip.hidden || place(), {capture: true, passive: true});
})();
