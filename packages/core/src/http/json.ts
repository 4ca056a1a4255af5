import { AuthError } from "../errors.ts";

const maxDepth = 32;
const maxKeys = 64;

/**
 * The value of a JSON text (RFC 8259) in which no object says a key twice, nothing is nested deeper
 * than 32 levels and there are at most 64 keys: two readers of one body must not read it differently.
 *
 * @throws AuthError `malformed_request`.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What JSON.parse throws quotes the body: it is not passed on as a cause.
    throw new AuthError("malformed_request");
  }
  if (!hasPlainShape(text)) throw new AuthError("malformed_request");
  return value;
}

/** Walks a text that is known to be JSON, so that strings and brackets are all there is to see. */
function hasPlainShape(text: string): boolean {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
  const objects: (Set<string> | null)[] = [];
  let keys = 0;
  let lastString = "";
  for (const [part] of text.matchAll(token)) {
    if (part === "{" || part === "[") objects.push(part === "{" ? new Set() : null);
    else if (part === "}" || part === "]") objects.pop();
    else if (part !== ":") lastString = part;
    else {
      const seen = objects.at(-1);
      const isEscaped = lastString.includes("\\");
      const key = isEscaped ? String(JSON.parse(lastString)) : lastString.slice(1, -1);
      if (seen?.has(key) === true || ++keys > maxKeys || key === "__proto__") return false;
      seen?.add(key);
    }
    if (objects.length > maxDepth) return false;
  }
  return true;
}
