// The modal that the person has open, and Slack's own question before a press.

import { el } from "./mrkdwn.js";
import { render } from "./blocks.js";

const dialog = document.getElementById("modal");
let shown = "";
let entered = {}; // by block_id and action_id; survives an update of the view
let folds = {}; // by block_id
let current = "";

const key = (block, e) => block.block_id + "\n" + e.action_id;

function initial(e) {
  if (e.initial_value !== undefined) return e.initial_value;
  if (e.initial_option) return e.initial_option.value;
  if (e.initial_options) return e.initial_options.map((o) => o.value);
  return undefined;
}

export function showModal(view, names, act) {
  if (!view) {
    shown = current = "";
    if (dialog.open) dialog.close();
    return;
  }
  if (view.id !== current) {
    current = view.id;
    entered = {};
    folds = {};
  }
  const now = view.id + view.hash + JSON.stringify(view.errors || {}) + view.problem;
  if (now === shown) return;
  shown = now;
  const focused = document.activeElement && document.activeElement.id;
  const note = (block, e, value) => { entered[key(block, e)] = value; };
  const ctx = {
    names, errors: view.errors, modal: true,
    id: (block, e) => "in-" + block.block_id + "-" + e.action_id,
    entered: (block, e) => entered[key(block, e)] ?? initial(e),
    open: (block, by) => folds[block.block_id] ?? by,
    unfold: (block, on) => { folds[block.block_id] = on; },
    typed: note,
    chosen: (block, e, value) => {
      note(block, e, value);
      if (block.type !== "input" || block.dispatch_action) act({ kind: "chooseIn", view: view.id, action: e.action_id, value });
    },
    act: (block, e) => act({ kind: "pressIn", view: view.id, action: e.action_id }),
    suggest: (e, text) => act({ kind: "suggest", view: view.id, action: e.action_id, text }),
  };
  const close = () => act({ kind: "close", view: view.id });
  const form = el("form", {
    onsubmit: (event) => {
      event.preventDefault();
      const values = {};
      for (const block of view.blocks) {
        const e = block.element;
        if (block.type !== "input" || !e) continue;
        const value = ctx.entered(block, e);
        if (value !== undefined && value !== "") values[e.action_id] = value;
      }
      act({ kind: "submit", view: view.id, values });
    },
  },
    el("h2", { id: "modal-title" }, view.title),
    ...view.blocks.map((block) => render(block, ctx)),
    view.problem ? el("p", { class: "fault", role: "alert" }, view.problem) : null,
    el("div", { class: "foot" },
      el("button", { type: "button", onclick: close }, view.close || "Close"),
      view.submit ? el("button", { type: "submit", class: "primary" }, view.submit) : null));
  dialog.replaceChildren(form);
  dialog.oncancel = (event) => { event.preventDefault(); close(); };
  if (!dialog.open) dialog.showModal();
  else if (focused) document.getElementById(focused)?.focus();
}

// askFirst shows the confirm object of a button and resolves to whether it was confirmed.
export function askFirst(confirm) {
  const sure = document.getElementById("sure");
  return new Promise((resolve) => {
    const done = (yes) => { sure.close(); resolve(yes); };
    sure.replaceChildren(
      el("h2", { id: "sure-title" }, confirm.title.text),
      el("p", {}, confirm.text.text),
      el("div", { class: "foot" },
        el("button", { type: "button", autofocus: true, onclick: () => done(false) }, confirm.deny.text),
        el("button", { type: "button", "data-action": "confirmed", class: confirm.style || "primary", onclick: () => done(true) }, confirm.confirm.text)));
    sure.oncancel = () => resolve(false);
    sure.showModal();
  });
}
