// Where somebody outside would look for what only the gateway may ask for.

const verify = "/api/v1/tokens/verify";

/** Paths, as they are sent. */
export const guesses: readonly string[] = [
  verify,
  ...["/_verify", "/_verify/", "/%5fverify", "//_verify", "/./_verify", "/app/../_verify"],
  ...["/@unavailable", "/internal", "/internal/api/v1/tokens/verify", "/app/..%2f_verify"],
  `${verify}/`,
  `/${verify}`,
  `${verify}?x=1`,
  `${verify}#x`,
  `${verify};x=1`,
  `${verify}%00`,
  `${verify}%20`,
  `${verify}.json`,
  "/api/v1/tokens/VERIFY",
  "/API/V1/TOKENS/VERIFY",
  "/api/v1/tokens/%76erify",
  "/api/v1/tokens/%2576erify",
  "/api/v1/tokens%2fverify",
  "/api/v1//tokens/verify",
  "/api/v1/./tokens/verify",
  "/api/v1/tokens/public/../verify",
  "/api/v1/tokens/public/%2e%2e/verify",
  "/api/v1/tokens/public/..%2fverify",
  "/api/v1/tokens/public/..%5cverify",
  "/api/v1/tokens/public\\..\\verify",
  "/api/v1/tokens/logout/../verify",
  "/api/v1/tokens/renew/../verify",
  "/api/v1/tokens/renew/..%2fverify",
  "/api/v1/tokens/renew%3f/../verify",
  "/api/v1/tokens/renew/",
  "/api/v1/tokens/%72enew",
  "//api/v1/tokens/renew",
  "/api/v1/tokens/RENEW",
  "/api/v1/tokens/public/../renew",
  "/api/v1/users/public/../../tokens/verify",
  "/password-reset/../api/v1/tokens/verify",
  "/password-reset/..%2f..%2fapi/v1/tokens/verify",
  "/app/../api/v1/tokens/verify",
  ...["/readyz", "/healthz", "/READYZ", "//readyz", "/app/../readyz", "/api/auth/../../readyz"],
  ...["/api/auth/..%2f..%2freadyz", "/api/v1/sessions/../../../readyz"],
  ...["/dev/mailbox", "/dev/mailbox.json", "/api/auth/../../dev/mailbox.json", "/"],
  ...["/users/findByEmail", "/outbox/claim", "/check", "/nginx_status", "/../../etc/passwd"],
];

/** Whole heads, but for their last two lines. */
export function requests(port: string): readonly string[] {
  const host = `Host: localhost:${port}\r\n`;
  const methods = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"];
  const headers = [
    `X-Original-URL: ${verify}`,
    `X-Rewrite-URL: ${verify}`,
    `X-Accel-Redirect: /_verify`,
    `X-Forwarded-Host: authentication_internal`,
    `X-Forwarded-Prefix: /internal`,
    "X-HTTP-Method-Override: GET",
    "X-Original-Method: GET",
    "Upgrade: h2c",
  ];
  const hosts = ["authentication_internal", "127.0.0.1:1", "localhost.", "_", "evil.example", ""];
  return [
    ...methods.map((method) => `${method} ${verify} HTTP/1.1\r\n${host}`),
    `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${host}`,
    ...headers.flatMap((header) =>
      ["/", verify, "/_verify"].map((path) => `GET ${path} HTTP/1.1\r\n${host}${header}\r\n`),
    ),
    ...hosts.map((name) => `GET ${verify} HTTP/1.1\r\nHost: ${name}\r\n`),
    // Twice, and none at all.
    `GET ${verify} HTTP/1.1\r\n${host}Host: authentication_internal\r\n`,
    `GET ${verify} HTTP/1.1\r\n`,
    // The whole address in the first line; older versions; none.
    `GET https://localhost:${port}${verify} HTTP/1.1\r\n${host}`,
    `GET http://authentication_internal${verify} HTTP/1.1\r\n${host}`,
    `GET https://localhost:${port}/_verify HTTP/1.1\r\n${host}`,
    `GET ${verify} HTTP/1.0\r\n${host}`,
    `GET ${verify} HTTP/1.0\r\n`,
    `GET /_verify HTTP/1.0\r\n${host}`,
    `GET ${verify} HTTP/1.2\r\n${host}`,
    `GET ${verify} HTTP/2.0\r\n${host}`,
    `GET ${verify}\r\n`,
    `GET /_verify\r\n`,
    // One request that would be two, if front and back counted differently.
    `POST /api/auth/forgot-password HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`,
    `POST /api/auth/forgot-password HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n`,
    `POST /api/auth/forgot-password HTTP/1.1\r\n${host}Content-Length: 4\r\nContent-Length: 5\r\n`,
    `GET ${verify} HTTP/1.1\r\n${host}X: y\nGET /_verify HTTP/1.1\r\n`,
    `GET /app/x HTTP/1.1\r\n X-User-Id: eve\r\n${host}`,
  ];
}
