/** What a phone keeps a secret in: Keychain, Keystore, or what wraps them. */
export interface SecureStorage {
  load(): Promise<string | null>;
  save(refreshToken: string): Promise<void>;
  clear(): Promise<void>;
}

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** A session of a device: `fetch`, signed in, and whether it still is. */
export interface DeviceSession {
  signIn(tag: string, password: string): Promise<Response>;
  request(path: string, init?: RequestInit): Promise<Response>;
  signOut(): Promise<void>;
}

export function deviceSession(api: string, storage: SecureStorage): DeviceSession {
  let accessToken: string | null = null;
  let renewing: Promise<boolean> | null = null;

  const post = (path: string, fields: object): Promise<Response> =>
    fetch(`${api}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    });

  async function keep(response: Response): Promise<boolean> {
    if (!response.ok) return false;
    const pair = (await response.clone().json()) as Pair;
    // Kept before it is used: an app that dies in between still has a token that works.
    await storage.save(pair.refreshToken);
    accessToken = pair.accessToken;
    return true;
  }

  async function exchange(): Promise<boolean> {
    const refreshToken = await storage.load();
    if (refreshToken === null) return false;
    const response = await post("/api/v1/tokens/renew", { refreshToken });
    // Only this answer says that the session is over; no network and 503 say nothing.
    if (response.status === 401) await storage.clear();
    return keep(response);
  }

  function renew(): Promise<boolean> {
    renewing ??= exchange().finally(() => (renewing = null));
    return renewing;
  }

  const send = (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${accessToken ?? ""}`);
    return fetch(`${api}${path}`, { ...init, headers });
  };

  return {
    async signIn(tag, password) {
      const response = await post("/api/v1/tokens/public/login", { tag, password });
      await keep(response);
      return response;
    },
    async request(path, init = {}) {
      if (accessToken === null) await renew();
      const response = await send(path, init);
      if (response.status !== 401 || !(await renew())) return response;
      return send(path, init);
    },
    async signOut() {
      const refreshToken = await storage.load();
      accessToken = null;
      await storage.clear();
      if (refreshToken === null) return;
      const query = new URLSearchParams({ refreshToken });
      await fetch(`${api}/api/v1/tokens/logout?${String(query)}`, { method: "DELETE" });
    },
  };
}
