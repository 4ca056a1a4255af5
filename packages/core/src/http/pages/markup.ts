import { escapeHtml } from "../../domain/html.ts";

/** Text that is HTML already. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[] | null;

/** HTML as written; every value in it is escaped, unless it is markup itself. Null is nothing. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const texts = values.map((value, index) => toHtml(value) + (parts[index + 1] ?? ""));
  return { html: [parts[0] ?? "", ...texts].join("") };
}

function toHtml(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "object") return escapeHtml(String(value));
  return "html" in value ? value.html : value.map(({ html }) => html).join("\n");
}
