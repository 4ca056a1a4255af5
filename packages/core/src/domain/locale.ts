/** The languages of every answer, page and mail. */
export const locales = ["en", "ru"] as const;

export type Locale = (typeof locales)[number];

export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

/**
 * The best of our languages for an Accept-Language header (RFC 9110, section 12.5.4): the highest
 * weight wins, the first of equals; `fallback` where none is acceptable or the header is absent.
 */
export function negotiateLocale(header: string | undefined, fallback: Locale): Locale {
  let best: Locale = fallback;
  let bestWeight = 0;
  for (const range of (header ?? "").slice(0, 512).split(",")) {
    const [tag = "", ...parameters] = range.trim().toLowerCase().split(";");
    const language = tag.trim().split("-")[0];
    const locale = language === "*" ? fallback : language;
    const q = parameters.map((text) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(text)?.[1]);
    const weight = Number(q.find((value) => value !== undefined) ?? 1);
    if (isLocale(locale) && weight > bestWeight) {
      best = locale;
      bestWeight = weight;
    }
  }
  return best;
}
