import { headerValues } from "../endpoint.ts";

/**
 * Whether a form was posted by a page of ours. Browsers say so in `Sec-Fetch-Site`, which no page
 * can set; it decides alone over `Origin: null`, because that is what a page under `Referrer-Policy:
 * no-referrer` sends even to itself (Fetch, "append a request Origin header"). Without it `Origin`
 * must be ours. No browser leaves out both; a program may, and carries nobody else's cookies.
 */
export function isSameOrigin(rawHeaders: readonly string[], publicUrl: string): boolean {
  const sites = headerValues(rawHeaders, "sec-fetch-site");
  const origins = headerValues(rawHeaders, "origin");
  if (sites.length > 1 || origins.length > 1) return false;
  const [[site], [origin]] = [sites, origins];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  if (origin === "null") return site !== undefined;
  return origin === undefined || origin === new URL(publicUrl).origin;
}

/**
 * Whether another site asks for a page without anybody having gone there: as an image, in a frame,
 * by a script, or ahead of time. Each look at a link counts for the network it comes from, and that
 * would be a visitor's.
 */
export function isFetchedElsewhere(rawHeaders: readonly string[]): boolean {
  const [site = "none"] = headerValues(rawHeaders, "sec-fetch-site");
  if (site === "same-origin" || site === "none") return false;
  const [dest = "document"] = headerValues(rawHeaders, "sec-fetch-dest");
  const purposes = headerValues(rawHeaders, "sec-purpose");
  return dest !== "document" || purposes.some((purpose) => purpose.startsWith("prefetch"));
}
