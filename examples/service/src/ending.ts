import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/** A client that has not ended its request after this long is cut off. */
const patienceMilliseconds = 5000;

/**
 * Lets a listener end soon: what runs is answered, and no connection is kept for a next request,
 * nor one that was opened ahead of its first.
 */
export function endSoon(app: FastifyInstance): void {
  const sockets = new Set<Socket>();
  let closing = false;
  app.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
  app.addHook("preClose", async () => {
    closing = true;
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => app.server.closeAllConnections(), patienceMilliseconds).unref();
  });
}
