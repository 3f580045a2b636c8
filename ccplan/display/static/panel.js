// One panel: draws its layout once, sends what the user sets, paints what the kernel answers.
// Text arrives as data and is only ever set as textContent, never as markup.
const ccplanPanel = (() => {
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") node.textContent = value;
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  let count = 0;
  const ENGLISH = { lang: "en", dir: "auto" }; // sentences made from data, whatever the panel's language
  const HEARD_MS = 1200; // the hand rests: a screen reader says what changed, not every step of a drag

  function dialRow(dial, id, changed, exactly) {
    const range = make("input", { type: "range", id, min: dial.low, max: dial.high, step: dial.step });
    const exact = make("input", {
      type: "number", step: "any", inputmode: "decimal", "aria-label": `${dial.label}, ${exactly}, ${dial.unit}`,
      "aria-describedby": `${id}-fault`,
    });
    const fault = make("p", { class: "ccplan-fault", id: `${id}-fault`, role: "alert" });
    const box = dial.switch && make("input", { type: "checkbox", id: `${id}-on` });
    const applies = box && make("label", { class: "ccplan-switch", for: `${id}-on` }, box, ` ${dial.switch.label}`);
    const row = make("div", { class: "ccplan-dial", "data-dial": dial.name },
      make("label", { for: id, text: dial.label, title: dial.says }),
      make("span", { class: "ccplan-entry" }, exact, make("span", { class: "ccplan-unit", text: dial.unit })),
      range, ...(applies ? [applies] : []), fault);
    const say = (value) => range.setAttribute("aria-valuetext", `${value} ${dial.unit}`);
    let held = false; // a drag is one gesture, however slow
    range.addEventListener("pointerdown", () => { held = true; changed.fresh(); });
    for (const end of ["pointerup", "pointercancel", "blur"]) range.addEventListener(end, () => { held = false; });
    const turned = () => changed(dial.name, held);
    range.addEventListener("input", () => { exact.value = range.value; say(range.value); turned(); });
    exact.addEventListener("input", () => {
      if (exact.value !== "") range.value = exact.value;
      turned();
    });
    // arrows are a step, PageUp and PageDown ten, Home and End the ends; in the entry, Home and End move the caret
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    const stepped = (event, arrows) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !(event.key in steps) || !arrows.includes(event.key)) return;
      event.preventDefault();
      const from = Number(event.target.value), digits = (String(dial.step).split(".")[1] || "").length;
      const value = Math.min(dial.high, Math.max(dial.low, from + steps[event.key] * dial.step));
      exact.value = Number(value.toFixed(Math.max(digits, 1)));
      range.value = exact.value;
      say(exact.value);
      turned();
    };
    range.addEventListener("keydown", (event) => stepped(event, ["PageUp", "PageDown"]));
    exact.addEventListener("keydown", (event) => stepped(event, ["ArrowUp", "ArrowDown", "PageUp", "PageDown"]));
    if (box) box.addEventListener("change", () => changed());
    return {
      row, fault, exact,
      read: () => (exact.validity.badInput ? "not a number" : exact.value),
      on: () => (box ? box.checked : null),
      set(value, on) {
        exact.value = value; range.value = value; say(value);
        if (box) box.checked = on;
      },
      blame(words) {
        fault.textContent = words || "";
        exact.setAttribute("aria-invalid", words ? "true" : "false");
        row.classList.toggle("ccplan-wrong", Boolean(words));
      },
      dim(off) { row.classList.toggle("ccplan-off", off); },
    };
  }

  function pickerRow(picker, id, changed) {
    const options = (names, words = picker.words) => names.map((o) => make("option", { value: o, text: words?.[o] ?? o }));
    const input = picker.options
      ? make("select", { id }, ...options(picker.options))
      : picker.text
        ? make("input", { id, type: "text", maxlength: picker.text, placeholder: picker.says })
        : make("input", { id, type: "date", min: picker.low, max: picker.high });
    if (!picker.text) input.addEventListener("change", () => changed()); // a name is read when a button is pressed
    return {
      node: make("div", { class: "ccplan-picker" }, make("label", { for: id, text: picker.label }), input), input,
      offer(names, words) { input.replaceChildren(...options(names, words)); },
    };
  }

  // a table whose values can be typed over; each row is an entry without a slider
  function entryTable(table, id, changed) {
    const rows = table.rows.map((row, i) => {
      const input = make("input", { type: "text", inputmode: "decimal", id: `${id}-cell-${i}`, "aria-label": `${row.label}, ${row.unit}`,
        "aria-describedby": `${id}-cell-${i}-fault` });
      const fault = make("p", { class: "ccplan-fault", id: `${id}-cell-${i}-fault`, role: "alert" });
      input.addEventListener("change", () => changed());
      const line = make("tr", { "data-cell": row.name }, make("th", { scope: "row", text: row.label }),
        make("td", {}, input, fault), make("td", { text: row.unit }), make("td", { text: row.says }));
      return { row, input, fault, line };
    });
    const head = make("tr", {}, ...table.columns.map((text) => make("th", { scope: "col", text })));
    const node = make("details", { class: "ccplan-table" }, make("summary", { text: table.label }),
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows.map((part) => part.line))));
    return { node, rows };
  }

  function tile(item) {
    const value = make("dd", { class: "ccplan-value", "data-tile": item.name, text: "–" });
    const delta = make("dd", { class: "ccplan-delta" });
    return { node: make("div", { class: "ccplan-tile", title: item.says }, make("dt", { text: item.label }), value, delta), value, delta };
  }

  function figure(chart) {
    const title = make("h3", ENGLISH);
    const note = make("p", { class: "ccplan-note", text: chart.note });
    const key = make("ul", { class: "ccplan-key" }, ...chart.key.map((entry) => {
      const sample = make("span", { class: `ccplan-sample ccplan-sample-${entry.shape}` });
      sample.style.setProperty("--day", entry.colour);
      sample.style.setProperty("--night", entry.night);
      return make("li", {}, sample, entry.label);
    }));
    const place = make("div", { class: "ccplan-chart", role: "img", "data-chart": chart.name });
    return { node: make("figure", {}, title, note, key, place), title, place, chart };
  }

  async function liveChart(part) {
    const result = await globalThis.ccplanVegaEmbed(part.place, structuredClone(part.chart.spec), {
      actions: false, renderer: "svg", mode: "vega-lite", tooltip: true,
    });
    const view = result.view;
    part.place.querySelector("svg")?.setAttribute("aria-hidden", "true"); // the place itself is the picture, and says its finding
    // the chart is as wide as its place, which changes with the window, the sidebar and the cell
    const fit = () => {
      const width = part.place.clientWidth;
      if (width > 0 && Math.abs(width - view.width()) > 1) view.width(width).resize().runAsync();
    };
    const watcher = new ResizeObserver(fit);
    watcher.observe(part.place);
    let drawn = null; // what was pushed last: the same rows once more need no drawing
    return {
      async push(rows) {
        const now = JSON.stringify(rows);
        if (now === drawn) return;
        drawn = now;
        if (part.place.clientWidth > 0) view.width(part.place.clientWidth);
        view.data(part.chart.name, JSON.parse(now)).resize(); // a copy: Vega writes into what it is given
        await view.runAsync();
      },
      close() { watcher.disconnect(); result.finalize(); },
    };
  }

  // a file that the kernel made, offered as a download; nothing leaves the machine
  function save(file) {
    const bytes = file.base64 ? Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0)) : file.text;
    const address = URL.createObjectURL(new Blob([bytes], { type: file.type || "text/csv;charset=utf-8" }));
    const link = make("a", { href: address, download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async function render({ model, el }) {
    const plan = model.get("plan");
    const id = `ccplan-${(count += 1)}-${Math.random().toString(36).slice(2, 8)}`;
    const first = model.get("view"), began = first.seq || 0;
    let seq = began, seen = began; // the last message, and the last whose settings these controls show
    let resting = null, gesture = 0, last = { name: null, at: 0 };
    const send = (action = null, more = {}) => {
      clearTimeout(resting);
      seq += 1;
      root.dataset.asked = String(seq);
      const dials = {}, switches = {}, pickers = {};
      for (const [name, dial] of Object.entries(dialOf)) {
        dials[name] = dial.read();
        if (dial.on() !== null) { switches[name] = dial.on(); dial.dim(!dial.on()); }
      }
      for (const [name, picker] of Object.entries(pickerOf)) pickers[name] = picker.input.value;
      const cells = {};
      for (const part of cellOf) cells[part.row.name] = part.input.value;
      const tools = tooling ? { tools: { ...tooling.read(), ...more } } : {};
      model.set("values", { seq, seen, dials, switches, pickers, action, gesture, ...(plan.table ? { cells } : {}), ...tools });
      model.save_changes();
    };
    // what is undone at once: a drag, or quick steps of one dial
    const changed = (name = null, held = false) => {
      const now = performance.now();
      if (name === null || name !== last.name || !(held || now - last.at < 700)) gesture += 1;
      last = { name, at: now };
      send();
    };
    changed.fresh = () => { last = { name: null, at: 0 }; };
    const pressed = (action, more) => { gesture += 1; changed.fresh(); send(action, more); }; // what is turned next is a gesture of its own

    const dialOf = {}, pickerOf = {}, tileOf = {};
    const groups = plan.groups.map((group) => {
      const rows = group.dials.map((dial) => {
        dialOf[dial.name] = dialRow(dial, `${id}-${dial.name}`, changed, plan.phrases.exact);
        return dialOf[dial.name].row;
      });
      return make("fieldset", {}, make("legend", { text: group.label }), ...rows);
    });
    const pickers = plan.pickers.map((picker) => {
      pickerOf[picker.name] = pickerRow(picker, `${id}-${picker.name}`, changed);
      return pickerOf[picker.name].node;
    });
    const buttons = plan.actions.map((action) => {
      const button = make("button", { type: "button", text: action.label, title: action.says, "data-action": action.name });
      button.addEventListener("click", () => pressed(action.name));
      return button;
    });
    const tooling = plan.tools ? globalThis.ccplanTools(make, plan, id, pressed) : null;
    const table = plan.table ? entryTable(plan.table, id, changed) : null;
    const cellOf = table ? table.rows : [];
    const tiles = plan.tiles.map((item) => { tileOf[item.name] = tile(item); return tileOf[item.name].node; });
    const figures = plan.charts.map(figure);
    const against = make("p", { class: "ccplan-against", ...ENGLISH });
    const says = make("div", { class: "ccplan-says", ...ENGLISH });
    const warnings = make("ul", { class: "ccplan-warnings", ...ENGLISH });
    const heard = make("p", { class: "ccplan-heard", role: "status" });
    const noted = make("ul", { ...ENGLISH });
    const notes = make("section", { class: "ccplan-notes", "aria-label": plan.notes || "" }, make("h3", { text: plan.notes || "" }), noted);
    const page = make("div", { class: plan.groups.length ? "ccplan-page" : "ccplan-page ccplan-undialled" },
      make("header", {}, make("h2", { text: plan.title }), ...pickers, make("div", { class: "ccplan-buttons" }, ...(tooling ? tooling.history : []), ...buttons)),
      make("div", { class: "ccplan-results" }, make("dl", { class: "ccplan-tiles" }, ...tiles), against,
        make("div", { role: "status" }, warnings), heard, says, ...(tooling ? tooling.nodes : [])),
      make("form", { class: "ccplan-dials" }, ...groups),
      make("div", { class: "ccplan-charts" }, ...figures.map((part) => part.node), ...(table ? [table.node] : []), ...(plan.notes ? [notes] : [])));
    // JupyterLab would take arrow keys and letters for its own commands
    const root = make("section", { class: "ccplan", "aria-label": plan.title, lang: plan.language, dir: plan.direction,
      "data-lm-suppress-shortcuts": "true" }, page);
    root.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the notebook around moves the focus
      if (tooling) tooling.pressed(event);
    });
    root.addEventListener("submit", (event) => event.preventDefault());
    el.append(root);
    settle(first.settings || first.now, began); // before the charts are there: they can be turned at once

    const live = await Promise.all(figures.map(liveChart));
    let waiting = null, painting = false, speaking = null, told = null;
    const tell = () => {
      const now = Object.fromEntries(plan.tiles.map((item) => [item.label, tileOf[item.name].value.textContent]));
      if (told) heard.textContent = Object.entries(now).filter(([label, value]) => told[label] !== value).map((pair) => pair.join(": ")).join("; ");
      told = now;
    };

    async function paintOnce(view) {
      if (!view.still) await paintAll(view); // a slice of work at rest has nothing new to show
      root.dataset.painted = String(view.seq);
      root.dataset.settled = String(!view.unsettled);
      clearTimeout(resting);
      if (view.unsettled && view.seq === seq) resting = setTimeout(() => send("rest"), view.unsettled);
    }

    // the kernel chose other values: a reset, another queue or day
    function settle(settings, by) {
      seen = by;
      for (const [name, dial] of Object.entries(dialOf)) {
        const on = settings.switches[name];
        dial.set(settings.dials[name], on);
        dial.dim(on === false);
      }
      for (const [name, names] of Object.entries(settings.options || {})) pickerOf[name].offer(names, settings.words?.[name]);
      for (const [name, picker] of Object.entries(pickerOf)) picker.input.value = settings.pickers[name];
      for (const part of cellOf) part.input.value = settings.cells[part.row.name];
    }

    async function paintAll(view) {
      const newest = view.seq >= seq; // what was set meanwhile stays as it is: its own answer comes
      if (view.settings && newest) settle(view.settings, view.seq);
      for (const [name, dial] of Object.entries(dialOf)) dial.blame(view.faults[name]);
      for (const part of cellOf) {
        const words = view.faults[part.row.name];
        part.fault.textContent = words || "";
        part.input.setAttribute("aria-invalid", words ? "true" : "false");
        part.line.classList.toggle("ccplan-wrong", Boolean(words));
      }
      for (const [name, part] of Object.entries(tileOf)) {
        const shown = view.tiles[name];
        part.value.textContent = shown ? shown.value : "–";
        part.delta.textContent = shown ? shown.delta : "";
        part.delta.className = `ccplan-delta ccplan-${shown ? shown.tone : "same"}`;
      }
      against.textContent = view.against;
      says.replaceChildren(...(view.says || []).map((words) => make("p", { text: words })));
      warnings.replaceChildren(...view.warnings.map((words) => make("li", { text: words })));
      root.classList.toggle("ccplan-stale", !view.charts);
      if (view.notes) noted.replaceChildren(...view.notes.map((note) => make("li", { class: `ccplan-note-${note.tone}`, text: note.text })));
      if (view.charts) {
        await Promise.all(figures.map((part, i) => {
          const shown = view.charts[part.chart.name];
          part.node.classList.toggle("ccplan-waiting", !shown || Boolean(shown.waiting)); // what takes longer comes when the hand rests
          part.node.hidden = Boolean(shown && shown.hidden); // another chart stands in its place
          if (!shown || shown.hidden) return null;
          part.title.textContent = shown.finding;
          part.place.setAttribute("aria-label", shown.alt);
          return live[i].push(shown.rows);
        }));
      }
      if (tooling && view.tools) tooling.paint(view.tools, newest);
      if (!told) tell();
      clearTimeout(speaking);
      speaking = setTimeout(tell, HEARD_MS);
    }

    // while one picture is being painted only the newest of the others waits
    async function paint() {
      waiting = model.get("view");
      seq = Math.max(seq, waiting.seq); // of the same panel shown twice
      if (waiting.download && waiting.seq > began) save(waiting.download); // now: its picture may be passed over
      if (painting) return;
      painting = true;
      try {
        while (waiting) { const view = waiting; waiting = null; await paintOnce(view); }
      } finally { painting = false; }
    }
    model.on("change:view", paint);
    await paint();
    return () => { clearTimeout(speaking); model.off("change:view", paint); live.forEach((part) => part.close()); };
  }

  return { render };
})();
