/** The languages of every answer, page and mail. */
export const locales = ["en", "ru"] as const;

/** A language that answers, pages and mails are written in. */
export type Locale = (typeof locales)[number];

export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

/**
 * The best of our languages for an Accept-Language header (RFC 9110, section 12.5.4): the highest
 * weight wins, the first of equals; `fallback` where none is acceptable or the header is absent.
 * `*` stands for the languages that the header does not name, `fallback` first.
 */
export function negotiateLocale(header: string | undefined, fallback: Locale): Locale {
  if (header === undefined) return fallback;
  const weights = new Map<string, number>();
  for (const range of header.slice(0, 512).split(",")) {
    const [tag = "", ...parameters] = range.trim().toLowerCase().split(";");
    const language = tag.trim().split("-")[0] ?? "";
    weights.set(language, Math.max(weights.get(language) ?? 0, weightOf(parameters)));
  }
  const weigh = (locale: Locale): number => weights.get(locale) ?? weights.get("*") ?? 0;
  const named = [...weights.keys()].filter(isLocale);
  const [best = fallback] = [...named, fallback, ...locales].toSorted(
    (a, b) => weigh(b) - weigh(a),
  );
  return weigh(best) > 0 ? best : fallback;
}

/** A qvalue, or 1 where there is none. */
function weightOf(parameters: readonly string[]): number {
  const weight = /^\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/;
  const q = parameters.map((text) => weight.exec(text)?.[1]).find((value) => value !== undefined);
  return Number(q ?? 1);
}
