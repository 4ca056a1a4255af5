/** The pages' names in the option `paths`, and where they stand. */
export const pagePaths = {
  resetRequestPage: "/password-reset/",
  resetDonePage: "/password-reset/done/",
  /** The link itself, and in the token's place {@link formPlace}. */
  resetLinkPage: "/password-reset/:uid/:token/",
  resetCompletePage: "/password-reset/complete/",
} as const;

export type PageName = keyof typeof pagePaths;

export const pageNames: readonly PageName[] = [
  "resetRequestPage",
  "resetDonePage",
  "resetLinkPage",
  "resetCompletePage",
];

/** Stands for the token once that is in the cookie; no token of ours reads like this. */
export const formPlace = "set-password";

/**
 * The way from one path to another below the same mount, as a relative reference (RFC 3986, section
 * 4.2): nobody needs to know the mount's prefix, nor what a proxy puts before it.
 */
export function wayFrom(here: string, to: string): string {
  const depth = here.split("/").length - 2;
  return `${"../".repeat(depth)}${to.slice(1)}` || "./";
}

/** A path with its parameters' values. */
export function fill(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}
