import type { System } from "./system.ts";

/** What to try by hand, and where everything is. */
export function tour(system: System): string {
  const { url, httpUrl, services, internals, gatewayLogs, parts } = system;
  const pids = parts.map(({ name, pid }) => `${name} ${pid}`).join(", ");
  return `
clients are served at   ${url}  (and sent there from ${httpUrl})
pages of lost passwords ${url}/password-reset/
behind it               Fastify ${services[0]}, Express ${services[1]}
their internal sides    ${internals.join(", ")}
mails                   ${services.map((service) => `${service}/dev/mailbox`).join(" or ")}
logs                    ${gatewayLogs}/access.log, ${parts[0]?.logFile.replace(/[^/]+$/, "")}
processes               ${pids}

A tour, for another terminal:

${commands(system)}
Kill any process above and repeat a line. Ctrl-C ends all of it.`;
}

/** The tour's lines for bash; each prints one line. */
export function commands({ url, certificateFile, services }: System): string {
  return `GATEWAY=${url} MAILBOXES="${services.join(" ")}"
ask() { curl -s --cacert ${certificateFile} "$@"; }
post() { ask "$GATEWAY$1" -H 'content-type: application/json' -d "$2"; }
get() { node -pe "JSON.parse(fs.readFileSync(0, 'utf8'))$1"; }
mail() { for box in $MAILBOXES; do curl -s $box/dev/mailbox.json; done | node -pe "fs.readFileSync(0, 'utf8').match(/$1/)[1]"; }

# Register, take the code out of the mail (whichever service sent it), confirm.
REGISTRATION=$(post /api/v1/users/public/create '{"firstName":"Ada","lastName":"Lovelace","email":"ada@example.com","tag":"ada","password":"an engine of no numbers"}' | get .registrationId)
sleep 1; CODE=$(mail '\\\\n(\\d{6})\\\\n')
post /api/v1/users/public/confirm "{\\"email\\":\\"ada@example.com\\",\\"confirmationCode\\":\\"$CODE\\",\\"registrationId\\":\\"$REGISTRATION\\"}" | get .message

# Sign in, and reach the application: it is told who asks, whatever a client claims.
PAIR=$(post /api/v1/tokens/public/login '{"tag":"ada","password":"an engine of no numbers"}')
ACCESS=$(echo "$PAIR" | get .accessToken) REFRESH=$(echo "$PAIR" | get .refreshToken)
ask $GATEWAY/app/notes -H "authorization: Bearer $ACCESS" -H 'X-User-Id: eve' -H 'X_User_Id: eve' | get '.identity.map(([name]) => name).join()'
ask $GATEWAY/app/notes | get .code

# Renew, as the documents say; ask for what only the gateway may ask for.
PAIR=$(ask "$GATEWAY/api/v1/tokens/renew?refreshToken=$REFRESH")
ACCESS=$(echo "$PAIR" | get .accessToken) REFRESH=$(echo "$PAIR" | get .refreshToken)
ask $GATEWAY/api/v1/tokens/verify -H "authorization: Bearer $ACCESS" | get .code

# Sign out: the application is closed at once.
ask -X DELETE "$GATEWAY/api/v1/tokens/logout?accessToken=$ACCESS&refreshToken=$REFRESH" | get .message
ask $GATEWAY/app/notes -H "authorization: Bearer $ACCESS" | get .code
`;
}
