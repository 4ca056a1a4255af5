import { AuthError } from "../../errors.ts";
import { seeOther } from "./layout.ts";
import { formPlace } from "./places.ts";
import type { Views } from "./visit.ts";

/**
 * A compact JWS or an opaque token: nothing that would end a cookie's value, though a decoder might
 * read it all the same.
 */
const tokenText = /^[\w-]+(?:\.[\w-]+){1,2}$/;

/** A cookie is cut off or dropped beyond 4,096 bytes, its name and attributes included. */
const longestToken = 3800;

/**
 * The mailed link: checked, moved into a cookie, and out of the address. Nothing is used up, however
 * often a mail scanner or a prefetching browser gets it.
 */
export const openLink: Views = {
  async GET(visit) {
    const { uid = "", token = "" } = visit.request.params;
    if (token.length > longestToken || !tokenText.test(token)) {
      throw new AuthError("invalid_token");
    }
    const link = await visit.auth.checkResetLink({ token }, visit.client);
    if (link.userId !== uid) throw new AuthError("invalid_token");
    const location = visit.wayTo("resetLinkPage", { uid, token: formPlace });
    const cookie = visit.cookie.keep(token, link.expiresInSeconds);
    return seeOther(visit, location, { "set-cookie": cookie });
  },
};
