/** The session of a page. The access token lives in memory alone: a reload renews by the cookie. */
export interface PageSession {
  /** Whether somebody is signed in: asks once after a reload. */
  resume(): Promise<boolean>;
  signIn(tag: string, password: string): Promise<Response>;
  signOut(): Promise<void>;
  /** As `fetch`, signed in; a token that ran out is renewed once. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export function pageSession(): PageSession {
  let accessToken: string | null = null;
  let renewing: Promise<boolean> | null = null;

  async function take(response: Response): Promise<boolean> {
    const body = response.ok ? ((await response.clone().json()) as { accessToken: string }) : null;
    // A store that is down is no reason to forget somebody.
    if (body !== null || response.status === 401) accessToken = body?.accessToken ?? null;
    return body !== null;
  }

  // All requests that find the token run out wait for one renewal.
  function renew(): Promise<boolean> {
    renewing ??= fetch("/session/renew", { method: "POST" })
      .then(take)
      .finally(() => (renewing = null));
    return renewing;
  }

  const send = (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (accessToken !== null) headers.set("authorization", `Bearer ${accessToken}`);
    return fetch(path, { ...init, headers });
  };

  return {
    resume: async () => accessToken !== null || renew(),
    async signIn(tag, password) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ tag, password });
      const response = await fetch("/session", { method: "POST", headers, body });
      await take(response);
      return response;
    },
    async signOut() {
      await fetch("/session", { method: "DELETE" });
      accessToken = null;
    },
    async request(path, init = {}) {
      const response = await send(path, init);
      if (response.status !== 401 || !(await renew())) return response;
      return send(path, init);
    },
  };
}
