import { isAuthError, type AuthErrorCode } from "../../errors.ts";
import type { EndpointReply } from "../endpoint.ts";
import { button, otherWay, page, paragraph } from "./layout.ts";
import type { Visit } from "./visit.ts";

type Headers = Readonly<Record<string, string>>;

/** Why a link does not lead on; each page says it and offers a new link. */
export type LinkFault = "dead" | "broken" | "withoutLink" | "swapped";

/** 400 for all of them: a browser has nothing to authenticate with, which 401 would ask for. */
export function linkFaultPage(
  visit: Visit,
  fault: LinkFault,
  headers: Headers = {},
): EndpointReply {
  const { words } = visit;
  const { heading, text } = words[fault];
  const again = visit.wayTo("resetRequestPage");
  const blocks = [
    ...text.map(paragraph),
    button(words.newLink, again),
    otherWay(words.signIn, visit.auth.settings.loginUrl),
  ];
  return page(visit, { status: 400, heading, blocks, headers });
}

/** A form that another site sent, or that does not say who did; a page that another site fetched. */
export function crossSitePage(visit: Visit): EndpointReply {
  const { heading, text } = visit.words.crossSite;
  const blocks = [...text.map(paragraph), tryAgain(visit)];
  return page(visit, { status: 403, heading, blocks });
}

/** A method that the page does not offer. */
export function notAllowedPage(visit: Visit, allow: string): EndpointReply {
  const { heading, text } = visit.words.notAllowed;
  const blocks = [...text.map(paragraph), tryAgain(visit)];
  return page(visit, { status: 405, heading, blocks, headers: { allow } });
}

const unreadable: readonly AuthErrorCode[] = [
  "invalid_input",
  "malformed_request",
  "payload_too_large",
  "unsupported_media_type",
];

/** Whatever else was refused or went wrong, for people. */
export function refusalPage(visit: Visit, error: unknown): EndpointReply {
  const { words } = visit;
  if (isAuthError(error, "expired_token")) return linkFaultPage(visit, "dead");
  if (isAuthError(error, "invalid_token")) return linkFaultPage(visit, "broken");
  const say = (status: number, notice: typeof words.internal, headers: Headers = {}) =>
    page(visit, {
      ...{ status, headers, heading: notice.heading },
      blocks: [...notice.text.map(paragraph), tryAgain(visit)],
    });
  if (!isAuthError(error)) return say(500, words.internal);
  const seconds = Math.max(1, error.retryAfterSeconds ?? 1);
  const wait = { "retry-after": String(seconds) };
  if (error.status === 429) return say(429, words.tooMany(seconds), wait);
  if (error.status === 503) return say(503, words.unavailable(seconds), wait);
  return unreadable.includes(error.code)
    ? say(error.status, words.unreadable)
    : say(500, words.internal);
}

/** The same page again; an empty reference is where the reader stands, whatever that is called. */
function tryAgain(visit: Visit) {
  return button(visit.words.tryAgain, "");
}
