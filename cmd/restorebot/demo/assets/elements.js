// The elements of Block Kit as DOM nodes: buttons, menus, boxes and inputs.

import { el, textOf } from "./mrkdwn.js";

function button(block, e, ctx) {
  return el("button", {
    type: "button", class: e.style || null, "data-action": e.action_id, "data-block": block.block_id,
    "aria-label": e.accessibility_label || null, onclick: () => ctx.act(block, e, e.value || ""),
  }, textOf(e.text, ctx.names));
}

const optionsOf = (e) => (e.options || []).concat(...(e.option_groups || []).map((g) => g.options));

function menu(block, e, ctx, options, entered) {
  const choose = el("select", { "data-action": e.action_id, "data-block": block.block_id, id: ctx.id(block, e) },
    el("option", { value: "" }, (e.placeholder || {}).text || "Choose"),
    ...options.map((o) => el("option", { value: o.value, selected: entered === o.value }, o.text.text)));
  choose.addEventListener("change", () => ctx.chosen(block, e, choose.value));
  return choose;
}

// external is a menu whose options the bot gives for what is typed.
function external(block, e, ctx, entered) {
  const box = el("div");
  const search = el("input", { type: "text", placeholder: "Type to search", "aria-label": "Search" });
  const slot = el("div", {}, menu(block, e, ctx, e.initial_option ? [e.initial_option] : [], entered));
  const ask = async () => {
    const found = await ctx.suggest(e, search.value);
    slot.replaceChildren(menu(block, e, ctx, optionsOf(found || {}), entered));
  };
  search.addEventListener("input", ask);
  if ((e.min_query_length ?? 1) === 0) ask();
  box.append(search, slot);
  return box;
}

function boxes(block, e, ctx, entered) {
  const group = el("div", { class: "boxes", role: "group", "data-block": block.block_id });
  for (const o of optionsOf(e)) {
    const input = el("input", {
      type: "checkbox", name: block.block_id + e.action_id, value: o.value, "data-action": e.action_id, "data-block": block.block_id,
      checked: (entered || []).includes(o.value),
    });
    input.addEventListener("change", () => ctx.chosen(block, e, [...group.querySelectorAll("input:checked")].map((i) => i.value), o.value));
    group.append(el("label", {}, input, el("span", {}, textOf(o.text, ctx.names), o.description ? el("span", { class: "hint" }, textOf(o.description, ctx.names)) : null)));
  }
  return group;
}

function written(block, e, ctx, entered) {
  const field = el(e.multiline ? "textarea" : "input", {
    type: e.multiline ? null : "text", id: ctx.id(block, e), "data-action": e.action_id, "data-block": block.block_id,
    placeholder: (e.placeholder || {}).text, maxlength: e.max_length, value: e.multiline ? null : entered, autocomplete: "off",
  });
  if (e.multiline) field.value = entered || "";
  field.addEventListener("input", () => ctx.typed(block, e, field.value));
  return field;
}

export function element(block, e, ctx) {
  const entered = ctx.entered ? ctx.entered(block, e) : undefined;
  switch (e.type) {
    case "button": return e.url ? el("a", { class: "button", href: e.url, rel: "noreferrer", target: "_blank" }, textOf(e.text, ctx.names)) : button(block, e, ctx);
    case "static_select": return menu(block, e, ctx, optionsOf(e), entered);
    case "external_select": return external(block, e, ctx, entered);
    case "checkboxes": return boxes(block, e, ctx, entered);
    case "plain_text_input": return written(block, e, ctx, entered);
    default: return el("span", { class: "hint" }, "(" + e.type + ")");
  }
}
