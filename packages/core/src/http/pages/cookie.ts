import { headerValues } from "../endpoint.ts";

/** The cookie that holds a link's token from the moment it is opened until the password is set. */
export interface LinkCookie {
  /** Its value in a request, or null. */
  read(rawHeaders: readonly string[]): string | null;
  /** A `Set-Cookie` that ends with the link. */
  keep(token: string, seconds: number): string;
  /** A `Set-Cookie` that takes it away, by equal attributes. */
  readonly clear: string;
}

/**
 * Lax, since who opens a link comes from a mail: a browser does not send a strict cookie on the
 * redirect that follows. With https it is a `__Host-` cookie (RFC 6265bis, section 4.1.3.2), which
 * no other host can set, a subdomain included; that asks for the path "/".
 */
export function linkCookie(publicUrl: string): LinkCookie {
  const secure = publicUrl.startsWith("https:");
  const name = secure ? "__Host-latchkey-reset" : "latchkey-reset";
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  return {
    read: (rawHeaders) => valueOf(rawHeaders, name),
    keep: (token, seconds) => `${name}=${token}; Max-Age=${seconds}; ${attributes}`,
    clear: `${name}=; Max-Age=0; ${attributes}`,
  };
}

/**
 * The first cookie of exactly this name. Around a name only blanks and tabs are cut off: what else
 * `trim` takes for a space is part of another name.
 */
function valueOf(rawHeaders: readonly string[], name: string): string | null {
  for (const pair of headerValues(rawHeaders, "cookie").join(";").split(";")) {
    const sign = pair.indexOf("=");
    if (sign >= 0 && cut(pair.slice(0, sign)) === name) return cut(pair.slice(sign + 1));
  }
  return null;
}

function cut(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
