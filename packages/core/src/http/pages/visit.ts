import type { Call } from "../call.ts";
import type { EndpointReply } from "../endpoint.ts";
import type { LinkCookie } from "./cookie.ts";
import type { PageName } from "./places.ts";
import type { PageWording } from "./wording.ts";

/** One request of a page, with all that answering it takes. */
export interface Visit extends Call {
  readonly words: PageWording;
  readonly cookie: LinkCookie;
  /** The relative way to a page. */
  wayTo(name: PageName, values?: Readonly<Record<string, string>>): string;
}

/** Answers one method of a page. Refusals are thrown as AuthError. */
export type View = (visit: Visit) => Promise<EndpointReply>;

/** What one page offers; HEAD is answered as GET is. */
export interface Views {
  readonly GET: View;
  readonly POST?: View;
}
