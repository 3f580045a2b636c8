// The tools of a panel: undo and redo, files of what is shown, scenarios to save, open, compare and share.
// All words come with the plan; text from a file or a name is only ever set as textContent.
globalThis.ccplanTools = (make, plan, id, ask) => {
  const { words } = plan.tools, called = (name) => plan.tools.said?.[name] ?? name; // what the panel itself calls a scenario
  const pressable = (tool, doing) => {
    const button = make("button", { type: "button", text: tool.label, title: tool.says, "data-action": tool.name });
    button.addEventListener("click", doing || (() => ask(tool.name)));
    return button;
  };
  const history = plan.tools.history.map((tool) => pressable(tool));
  const row = (name, ...children) => make("div", { class: `ccplan-tools ccplan-${name}`, role: "group", "aria-label": words[name] },
    make("span", { class: "ccplan-unit", text: words[name], "aria-hidden": "true" }), ...children);
  const nodes = [row("files", ...plan.tools.files.map((tool) => pressable(tool)))];
  const notice = make("p", { class: "ccplan-notice", "aria-live": "polite" });

  let ticked = [];
  const name = make("input", { id: `${id}-tool-name`, type: "text", maxlength: plan.tools.most_letters, placeholder: words.name_hint });
  const open = make("select", { id: `${id}-tool-open` });
  open.addEventListener("change", () => ask("open", { open: open.value }));
  const upload = make("input", { id: `${id}-tool-file`, type: "file", accept: ".json,application/json" });
  upload.addEventListener("change", async () => {
    const file = upload.files[0];
    if (!file) return;
    if (file.size > plan.tools.most_bytes) {
      notice.textContent = words.too_large.replace("{most}", String(Math.floor(plan.tools.most_bytes / 1000)));
    } else ask("upload", { file: await file.text() });
    upload.value = ""; // the same file can be chosen again
  });
  const ticks = make("div", { class: "ccplan-ticks" });
  const compared = make("div", { class: "ccplan-compared", tabindex: "0", role: "region", "aria-label": words.comparison });
  const field = (label, input) => make("div", { class: "ccplan-picker" }, make("label", { for: input.id, text: label }), input);

  if (plan.tools.scenarios.length) {
    const choose = make("fieldset", { class: "ccplan-choose" }, make("legend", { text: words.compare }), ticks);
    const folded = make("details", { class: "ccplan-scenarios", open: "" }, make("summary", { text: words.scenarios }),
      make("div", { class: "ccplan-tools" }, field(words.open, open), field(words.name, name), ...plan.tools.scenarios.map((tool) => pressable(tool)),
        field(words.upload, upload)), notice, choose, compared);
    folded.removeAttribute("open");
    nodes.push(folded);
  } else nodes.push(notice);

  // one box a scenario; drawn anew only when the list has changed, so that the focus stays
  let offered = "";
  function offer(names, chosen) {
    ticked = chosen;
    if (offered === JSON.stringify(names)) {
      for (const box of ticks.querySelectorAll("input")) box.checked = chosen.includes(box.value);
      return;
    }
    offered = JSON.stringify(names);
    ticks.replaceChildren(...names.map((text, i) => {
      const box = make("input", { type: "checkbox", id: `${id}-tick-${i}`, value: text });
      box.checked = chosen.includes(text);
      box.addEventListener("change", () => {
        ticked = [...ticks.querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value);
        ask("compare");
      });
      return make("label", { for: box.id }, box, ` ${called(text)}`);
    }));
  }

  function table(told) {
    const cell = (one) => make("td", {}, make("span", { text: one.value }), make("span", { class: `ccplan-delta ccplan-${one.tone}`, text: one.delta ? ` ${one.delta}` : "" }));
    const line = (row) => make("tr", row.tile ? { "data-row": row.tile } : {}, row.cells.length
      ? make("th", { scope: "row", text: row.label }) : make("td", { class: "ccplan-fault", colspan: told.columns.length + 1, text: row.label }), ...row.cells.map(cell));
    const head = [words.number, ...told.columns].map((text) => make("th", { scope: "col", text }));
    return make("table", {}, make("caption", { text: words.comparison }), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...told.rows.map(line)));
  }

  return {
    history, nodes,
    read: () => ({ name: name.value, compare: ticked }),
    pressed(event) {
      if (!history.length || !(event.ctrlKey || event.metaKey) || event.altKey || event.target.type === "text") return;
      const key = event.key.toLowerCase(), again = key === "y" || (key === "z" && event.shiftKey);
      if (!again && key !== "z") return;
      event.preventDefault();
      const button = history[again ? 1 : 0];
      if (!button.disabled) ask(again ? "redo" : "undo");
    },
    paint(told, newest) {
      history.forEach((button, i) => { button.disabled = !(i ? told.can.redo : told.can.undo); });
      notice.textContent = told.notice;
      if (!plan.tools.scenarios.length) return;
      if (open.dataset.names !== JSON.stringify(told.kept)) {
        open.dataset.names = JSON.stringify(told.kept);
        open.replaceChildren(...told.kept.map((text) => make("option", { value: text, text: called(text) })));
      }
      open.value = told.open;
      if (name.dataset.told !== told.name) name.value = name.dataset.told = told.name; // what is being typed stays
      offer(told.offered, newest ? told.ticked : ticked); // a box ticked since stays ticked
      compared.replaceChildren(...(told.comparison ? [table(told.comparison)] : []));
      compared.hidden = !told.comparison;
    },
  };
};
