// An application behind the gateway, which knows its users by headers alone: it answers with the
// request as it came. Reached by nobody but the gateway, it believes what it reads.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const server = createServer((request, response) => {
  const { method, url, rawHeaders } = request;
  const ofIdentity = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && /^x[-_](?:user|session)/i.test(name)
      ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ""]]
      : [],
  );
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ method, url, identity: ofIdentity, rawHeaders }));
});
server.keepAliveTimeout = 5000;
server.listen(Number(process.env["PORT"] ?? 0), process.env["HOST"] ?? "127.0.0.1", () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ message: "listening", address, port }));
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
