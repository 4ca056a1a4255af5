import { isIPv4 } from "node:net";

/**
 * The address of the other half, as it is called.
 *
 * @throws TypeError for what is no such address, or would show password hashes to the network
 */
export function addressOf(text: string, allowPlain: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
    throw new TypeError("url: give an address such as https://users.internal:3010");
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("url: names a user; who may call is told by `secret`, or by certificates");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname) && !allowPlain) {
    throw new TypeError(
      "url: http:// beyond this machine shows password hashes to the network; use https://, or " +
        "set `dangerouslyAllowPlainHttp` where something else encrypts it",
    );
  }
  return url;
}

/** Whether a URL's host is this machine alone. */
function isLoopback(hostname: string): boolean {
  if (hostname === "localhost" || hostname === "[::1]") return true;
  return isIPv4(hostname) && hostname.startsWith("127.");
}
