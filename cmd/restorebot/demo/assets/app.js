// The channel as one person sees it. The server sends the whole of it after each
// change; what has not changed is left alone, so that focus and selection stay.

import { el, mrkdwn } from "./mrkdwn.js";
import { render } from "./blocks.js";
import { askFirst, showModal } from "./modal.js";

const log = document.getElementById("log");
const trouble = document.getElementById("trouble");
const hint = document.getElementById("hint");
const command = document.getElementById("command");
const page = sessionStorage.page ||= crypto.randomUUID(); // a dialog is open where it was opened
let as = new URLSearchParams(location.search).get("as") || "U0ALICE";
let source = null;
let drawn = new Map(); // by channel and ts: what was drawn, and its node
const open = new Map(); // what this person has unfolded, by message and block_id

async function act(a) {
  trouble.textContent = "";
  try {
    const answer = await fetch("/api/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as, page, ...a }) });
    if (answer.ok) return await answer.json();
    trouble.textContent = await answer.text();
  } catch {
    trouble.textContent = "The demo does not answer. Is it still running?";
  }
  return null;
}

function who(m, state) {
  if (m.notice) return "Slack";
  const person = state.people.find((p) => p.id === m.user);
  return person ? person.name : "restore-bot";
}

// entered is the value that an element of a message shows to this person.
function entered(m, block, e) {
  const held = ((m.state || {})[block.block_id] || {})[e.action_id];
  if (!held) return undefined;
  if (held.selected_options) return held.selected_options.map((o) => o.value);
  return held.selected_option?.value ?? held.value;
}

function context(m, names) {
  const about = { channel: m.channel, ts: m.ts };
  return {
    names, id: (block, e) => "m-" + m.ts + "-" + e.action_id,
    act: async (block, e, value) => {
      if (e.confirm && !(await askFirst(e.confirm))) return;
      act({ kind: "press", ...about, block: block.block_id, action: e.action_id, value });
    },
    chosen: (block, e, value, one) => act({ kind: "choose", ...about, block: block.block_id, action: e.action_id, value: one ?? value }),
    typed: () => {},
    entered: (block, e) => entered(m, block, e),
    open: (block, by) => open.get(as + m.ts + block.block_id) ?? by,
    unfold: (block, on) => open.set(as + m.ts + block.block_id, on),
  };
}

function message(m, state, names) {
  const name = who(m, state);
  const aside = [
    m.at ? new Date(m.at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) : "",
    m.direct ? "Direct message" : "", m.both ? "Replied to a thread" : "",
    m.edits && !(m.blocks || []).length ? "(edited)" : "",
  ].filter(Boolean).join(" · ");
  const app = !m.notice && name === "restore-bot" ? el("span", { class: "badge" }, "APP") : null;
  return el("article", { class: m.only ? "only" : null, "data-ts": m.ts },
    el("div", { class: "avatar " + name.toLowerCase(), "aria-hidden": "true" }, name[0].toUpperCase()),
    el("div", { class: "body" },
      m.only ? el("div", { class: "hint alone" }, "Only visible to you") : null,
      el("div", { class: "who" }, el("b", {}, name), app, el("span", {}, aside)),
      m.typed ? el("div", { class: "hint" }, m.typed) : null,
      ...(m.blocks && m.blocks.length ? m.blocks.map((b) => render(b, context(m, names))) : [el("div", { class: "block" }, mrkdwn(m.text, names))])));
}

// exchange puts a message in the place of what it was, and keeps the focus where it is.
function exchange(old, now) {
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  const again = at?.dataset.action && [...now.querySelectorAll("[data-action]")].find((e) => e.dataset.action === at.dataset.action && e.value === at.value);
  old.replaceWith(now);
  again?.focus();
}

// slot is a message in the log, and its thread below it.
function slot(m, replies, state, names, where = "") {
  const id = where + m.channel + m.ts, now = JSON.stringify(m);
  const before = drawn.get(id);
  const entry = before && before.now === now ? before : { now, node: message(m, state, names), thread: before?.thread };
  if (before && before.node !== entry.node && before.node.isConnected) exchange(before.node, entry.node);
  if (replies.length) {
    entry.thread ||= el("details", { class: "thread" }, el("summary"));
    const count = replies.length === 1 ? "1 reply" : replies.length + " replies";
    const summary = entry.thread.querySelector("summary");
    if (summary.textContent !== count) summary.textContent = count;
    place(entry.thread, replies.map((r) => slot({ ...r, both: false }, [], state, names)), 1);
  }
  if (entry.thread && entry.thread.parentNode !== entry.node) entry.node.append(entry.thread);
  drawn.set(id, entry);
  return entry.node;
}

// place makes nodes the children of a parent, after the first few, and moves nothing that
// stands where it should.
function place(parent, nodes, after = 0) {
  for (const child of [...parent.children].slice(after)) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, i) => { if (parent.children[after + i] !== node) parent.insertBefore(node, parent.children[after + i] || null); });
}

function drawMessages(state, names) {
  const stick = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const messages = state.messages || [], threads = new Map();
  for (const m of messages) if (m.thread) threads.set(m.thread, [...(threads.get(m.thread) || []), m]);
  // A reply that is also sent to the channel stands in both.
  const main = messages.filter((m) => !m.thread || m.both);
  place(log, main.map((m) => slot(m, m.thread ? [] : threads.get(m.ts) || [], state, names, m.thread ? "also " : "")));
  if (stick) log.scrollTop = log.scrollHeight;
}

function drawPeople(state) {
  const people = document.getElementById("people");
  if (people.querySelector("label")) return;
  for (const p of state.people) {
    const input = el("input", { type: "radio", name: "as", value: p.id, class: "unseen", checked: p.id === as });
    input.addEventListener("change", () => { as = p.id; drawn = new Map(); log.replaceChildren(); watch(); });
    people.append(el("label", { title: p.role }, input, p.name, el("small", {}, p.role)));
  }
}

function drawTries(state) {
  const tries = document.getElementById("tries");
  if (tries.dataset.newest === state.newest) return;
  tries.dataset.newest = state.newest;
  const newest = "/restore " + state.newest;
  tries.replaceChildren(...["/restore", "/restore list", newest, "/restore status", "/restore history", "/restore help"].map((t) =>
    el("button", { type: "button", onclick: () => suggest(t) }, t === newest ? "/restore the newest backup" : t)));
}

// suggest fills the line in. Nothing is sent before the person does.
function suggest(text) {
  command.value = text;
  command.focus();
  typing();
}

function typing() {
  const some = command.value.trim() !== "";
  document.querySelector("#compose button[type=submit]").className = some ? "primary" : "";
  hint.textContent = some && command.value.startsWith("/restore") ? "Press Enter to send it." : "";
}

function drawFaults(state) {
  const list = document.getElementById("faults"), now = JSON.stringify(state.faults);
  if (list.dataset.now === now) return;
  list.dataset.now = now;
  const focused = document.activeElement?.dataset?.fault;
  list.replaceChildren(...state.faults.map((f) => el("li", {}, el("button", {
    type: "button", "data-fault": f.id, "aria-pressed": f.switch ? String(f.on) : null, onclick: () => act({ kind: "fault", fault: f.id }),
  }, f.label, el("small", {}, f.about)))));
  if (focused) list.querySelector(`[data-fault="${focused}"]`)?.focus();
}

function draw(state) {
  const names = Object.fromEntries(state.people.map((p) => [p.id, p.name]));
  names.C0INCIDENT = state.channel;
  document.getElementById("channel").textContent = "# " + state.channel;
  const bot = state.bot.running ? "The bot runs" : "The bot is down";
  const portal = state.portal.locked ? "the portal is closed: it is being restored" : "the portal is open";
  const n = state.portal.starts, times = n === 0 ? "no restore yet" : n === 1 ? "1 restore started" : n + " restores started";
  const words = `${bot} · ${portal} · ${times}`;
  const status = document.getElementById("status");
  if (status.textContent !== words) status.textContent = words;
  drawPeople(state);
  drawTries(state);
  drawFaults(state);
  drawMessages(state, names);
  showModal(state.modal, names, act);
}

function watch() {
  if (source) source.close();
  source = new EventSource("/api/watch?as=" + encodeURIComponent(as) + "&page=" + encodeURIComponent(page));
  source.onmessage = (event) => draw(JSON.parse(event.data));
  source.onerror = () => { trouble.textContent = "The demo does not answer. Is it still running?"; };
  source.onopen = () => { trouble.textContent = ""; };
}

command.addEventListener("input", typing);
document.getElementById("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = command.value.trim();
  if (!text) return;
  command.value = "";
  typing();
  act({ kind: "type", text });
});
if (matchMedia("(max-width: 48rem)").matches) document.getElementById("break").open = false;

watch();
