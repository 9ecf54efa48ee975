// JSON exactly as Python's json.dumps writes it: cache names are hashes of such text, and cache files are such text.

/**
 * `json.dumps(value)`: separators `", "` and `": "`, ASCII only (`ensure_ascii`). Members that are undefined are left
 * out; the order of the members is kept.
 */
export function pythonJson(value: unknown): string {
  return ascii(write(value, ", ", ": "));
}

/** `json.dumps(value, separators=(",", ":"))`. */
export function pythonJsonCompact(value: unknown): string {
  return ascii(JSON.stringify(value));
}

function write(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, comma, colon)).join(comma)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => JSON.stringify(key) + colon + write(member, comma, colon)).join(comma)}}`;
}

/** Python escapes everything beyond `~`, by UTF-16 unit; JSON.stringify escapes the rest alike. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
