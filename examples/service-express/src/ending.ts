import type { Server } from "node:http";
import type { Socket } from "node:net";

/** A client that has not ended its request after this long is cut off. */
const patienceMilliseconds = 5000;

/**
 * Lets a listener end soon: what runs is answered, and no connection is kept for a next request,
 * nor one that was opened ahead of its first.
 *
 * @returns what ends it, resolved when nothing is connected any more
 */
export function endSoon(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  let closing = false;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  // Headers of what is already being answered are still open when they are written.
  server.prependListener("request", (_request, response) => {
    const writeHead = response.writeHead.bind(response);
    response.writeHead = (...given: unknown[]) => {
      if (closing) response.setHeader("connection", "close");
      return Reflect.apply(writeHead, response, given) as typeof response;
    };
  });
  return async () => {
    closing = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => server.closeAllConnections(), patienceMilliseconds).unref();
    await closed;
  };
}
