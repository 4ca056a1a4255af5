// Docstrings as they stand in the sources.

/** The text of the docstring that stands before the first match of `declaration`; "" for none. */
export function docstringBefore(source: string, declaration: RegExp): string {
  const place = source.search(declaration);
  const before = place < 0 ? "" : source.slice(0, place).trimEnd();
  if (!before.endsWith("*/")) return "";
  const inside = before.slice(before.lastIndexOf("/**") + 3, -2);
  return withoutLinks(inside.replaceAll(/^[ \t]*\* ?/gm, "").trim());
}

function withoutLinks(text: string): string {
  return text.replaceAll(/\{@link (\w+)\}/g, "`$1`");
}

/** A docstring in its three parts: what stands before the numbered list, the list, what follows. */
export function partsOf(docstring: string): {
  readonly opening: string;
  readonly steps: readonly string[];
  readonly closing: string;
} {
  const lines = docstring.split("\n");
  const first = lines.findIndex((line) => /^\d+\. /.test(line));
  if (first < 0) return { opening: unwrapped(docstring), steps: [], closing: "" };
  const length = lines.slice(first).findIndex((line) => line === "");
  const end = length < 0 ? lines.length : first + length;
  const steps = lines
    .slice(first, end)
    .join("\n")
    .split(/\n(?=\d+\. )/);
  return {
    opening: unwrapped(lines.slice(0, first).join("\n")),
    steps: steps.map((step) => unwrapped(step)),
    closing: unwrapped(lines.slice(end).join("\n")),
  };
}

/** Paragraphs on one line each. */
function unwrapped(text: string): string {
  return text
    .trim()
    .split(/\n\n+/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, " "))
    .join("\n\n");
}
