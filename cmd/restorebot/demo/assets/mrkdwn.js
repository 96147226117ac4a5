// Slack's mrkdwn as DOM nodes. Nothing is ever parsed as HTML.

const emoji = {
  warning: "⚠️", rotating_light: "🚨", no_entry: "⛔", white_check_mark: "✅", x: "❌", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", lock: "🔒", unlock: "🔓", snowflake: "❄️", fire: "🔥", bell: "🔔", eyes: "👀",
  ballot_box_with_check: "☑️", arrow_right: "➡️", mag: "🔍", memo: "📝", bust_in_silhouette: "👤", arrows_counterclockwise: "🔄",
  floppy_disk: "💾", information_source: "ℹ️", stopwatch: "⏱️", octagonal_sign: "🛑", ice_cube: "🧊", key: "🔑",
};

const unescape = (s) => s.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

function day(when) {
  const days = Math.round((new Date(when).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "today";
  if (days === -1) return "yesterday";
  if (days === 1) return "tomorrow";
  return when.toLocaleDateString(undefined, { month: "short", day: "numeric", year: "numeric" });
}

function ago(when) {
  const minutes = Math.round((Date.now() - when) / 60000);
  return minutes < 1 ? "just now" : minutes < 60 ? minutes + " min ago" : Math.round(minutes / 60) + " h ago";
}

// date fills in Slack's date tokens in the zone of whoever reads it.
function date(seconds, format) {
  const when = new Date(seconds * 1000);
  const clock = when.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return format
    .replace(/\{date(_short|_long)?_pretty\}/g, day(when))
    .replace(/\{date(_num|_short|_long)?\}/g, when.toLocaleDateString())
    .replace(/\{time_secs\}/g, when.toLocaleTimeString())
    .replace(/\{ago\}/g, ago(when))
    .replace(/\{time\}/g, clock);
}

// angle is what stands between < and >.
function angle(inside, names) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) return el("span", { class: "mention" }, "@" + (names[target.slice(1)] || target.slice(1)));
  if (target.startsWith("#")) return el("span", { class: "mention" }, "#" + (names[target.slice(1)] || target.slice(1)));
  if (target.startsWith("!subteam^")) return el("span", { class: "mention" }, "@" + target.slice(9));
  if (target.startsWith("!date^")) {
    const [, seconds, format] = target.split("^");
    return el("time", { datetime: new Date(seconds * 1000).toISOString(), title: unescape(label || "") }, date(Number(seconds), unescape(format)));
  }
  if (target.startsWith("!")) return el("span", { class: "mention" }, "@" + target.slice(1));
  if (/^https?:/.test(target)) return el("a", { href: unescape(target), rel: "noreferrer", target: "_blank" }, unescape(label || target));
  return document.createTextNode(unescape(label || target));
}

const token = /```([\s\S]*?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*((?:<[^<>\n]+>|[^*\n<])+)\*(?!\w)|(?<![\w_])_((?:<[^<>\n]+>|[^_\n<])+)_(?!\w)|(?<![\w~])~((?:<[^<>\n]+>|[^~\n<])+)~(?!\w)|:([a-z0-9_+-]+):/g;

// mrkdwn renders a text into nodes.
export function mrkdwn(text, names) {
  const out = document.createDocumentFragment();
  const plain = (s) => {
    s.split("\n").forEach((line, i) => {
      if (i > 0) out.append(el("br"));
      if (line) out.append(unescape(line));
    });
  };
  let at = 0;
  for (const m of text.matchAll(token)) {
    plain(text.slice(at, m.index));
    at = m.index + m[0].length;
    if (m[1] !== undefined) out.append(el("pre", {}, unescape(m[1].replace(/^\n/, ""))));
    else if (m[2] !== undefined) out.append(el("code", {}, unescape(m[2])));
    else if (m[3] !== undefined) out.append(angle(m[3], names));
    else if (m[4] !== undefined) out.append(el("strong", {}, mrkdwn(m[4], names)));
    else if (m[5] !== undefined) out.append(el("em", {}, mrkdwn(m[5], names)));
    else if (m[6] !== undefined) out.append(el("s", {}, mrkdwn(m[6], names)));
    else out.append(emoji[m[7]] ? el("span", { role: "img", "aria-label": m[7].replaceAll("_", " ") }, emoji[m[7]]) : m[0]);
  }
  plain(text.slice(at));
  return out;
}

// textOf renders a text object.
export function textOf(object, names) {
  if (!object) return document.createTextNode("");
  if (object.type === "mrkdwn") return mrkdwn(object.text, names);
  const out = document.createDocumentFragment();
  object.text.split("\n").forEach((line, i) => {
    if (i > 0) out.append(el("br"));
    out.append(line);
  });
  return out;
}

// richText renders a rich_text block or a part of one.
export function richText(o) {
  const inside = (o.elements || []).map(richText);
  if (o.type === "rich_text") return el("div", {}, ...inside);
  return el("span", {}, ...inside, o.text || "");
}
