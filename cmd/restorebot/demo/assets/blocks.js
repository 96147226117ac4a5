// Block Kit as DOM nodes: the blocks that the bot uses, and a plain word for the rest.

import { el, richText, textOf } from "./mrkdwn.js";
import { element } from "./elements.js";

// Each renderer gets ctx: names by id, act(block, element, value), chosen, typed, what is
// entered(block, element), and for messages what is open and unfold(block, on).

// SEE_MORE is where a section that does not ask to be shown whole is cut. Slack does not
// say where it does: these are the figures of its older attachments.
const SEE_MORE = { lines: 5, chars: 700 };

function input(block, ctx) {
  const e = block.element, id = ctx.id(block, e);
  const problem = (ctx.errors || {})[block.block_id];
  return el("div", { class: "block" },
    el("label", { for: id }, textOf(block.label, ctx.names), block.optional ? " (optional)" : ""),
    element(block, e, ctx),
    block.hint ? el("p", { class: "hint" }, textOf(block.hint, ctx.names)) : null,
    problem ? el("p", { class: "fault", role: "alert" }, problem) : null);
}

function section(block, ctx) {
  const words = el("div", { class: "words" }, block.text ? textOf(block.text, ctx.names) : "");
  const text = el("div", {}, words);
  const said = (block.text || {}).text || "";
  if (!block.expand && !ctx.modal && (said.length > SEE_MORE.chars || said.split("\n").length > SEE_MORE.lines)) {
    text.classList.add("cut");
    const more = el("button", { type: "button", class: "more", onclick: () => { text.classList.remove("cut"); more.remove(); } }, "See more");
    text.append(more);
  }
  if (block.fields) text.append(el("div", { class: "fields" }, ...block.fields.map((f) => el("div", {}, textOf(f, ctx.names)))));
  return el("div", { class: "block section" }, text, block.accessory ? element(block, block.accessory, ctx) : null);
}

// folding is what people open and close. It stays as it is while its block_id does.
function folding(block, ctx, title, subtitle, inside, folded) {
  const open = ctx.open ? ctx.open(block, !folded) : !folded;
  const box = el("details", { class: "folds", open, "data-block": block.block_id },
    el("summary", {}, title, subtitle ? el("small", {}, subtitle) : null), el("div", { class: "inside" }, ...inside));
  box.addEventListener("toggle", () => ctx.unfold && ctx.unfold(block, box.open));
  return box;
}

function container(block, ctx) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textOf(block.title, ctx.names);
  const inside = block.child_blocks.map((b) => render(b, ctx));
  if (block.is_collapsible) return folding(block, ctx, title, block.subtitle ? textOf(block.subtitle, ctx.names) : null, inside, block.default_collapsed);
  return el("div", { class: "block" }, el("b", {}, title), ...inside);
}

const marks = { pending: ["○", "to do"], in_progress: ["◐", "under way"], complete: ["✓", "done"], error: ["!", "in trouble"] };

function task(t, ctx) {
  const [mark, word] = marks[t.status] || ["○", t.status];
  return el("div", { class: "task" },
    el("span", { class: "state " + t.status, role: "img", "aria-label": word }, mark),
    el("div", {}, t.hide_title ? "" : t.title,
      t.details ? el("div", { class: "hint" }, richText(t.details)) : null,
      t.output ? el("div", { class: "hint" }, richText(t.output)) : null));
}

export function render(block, ctx) {
  switch (block.type) {
    case "header": return el("div", { class: "block header", role: "heading", "aria-level": "3" }, textOf(block.text, ctx.names));
    case "divider": return el("hr");
    case "section": return section(block, ctx);
    case "context": return el("div", { class: "block context" }, ...block.elements.map((e) => el("span", {}, textOf(e, ctx.names), " ")));
    case "actions": return el("div", { class: "block actions" }, ...block.elements.map((e) => element(block, e, ctx)));
    case "input": return input(block, ctx);
    case "container": return container(block, ctx);
    case "plan": return folding(block, ctx, block.title, null, (block.tasks || []).map((t) => task(t, ctx)), true);
    case "task_card": return task(block, ctx);
    case "rich_text": return el("div", { class: "block" }, richText(block));
    default: return el("div", { class: "block hint" }, "(" + block.type + ")");
  }
}
