// Loaded before the program, which stays as it is: maps its one fixed port to a free one, and tells
// the parent process where it listens.
import { Server, type AddressInfo } from "node:net";

const fixedPort = 3000;

const listen = Reflect.get(Server.prototype, "listen") as (...given: readonly unknown[]) => Server;
Server.prototype.listen = function listenElsewhere(this: Server, ...given: unknown[]): Server {
  const [first, ...rest] = given;
  const options = typeof first === "number" ? { port: first } : first;
  const hasPort = typeof options === "object" && options !== null && "port" in options;
  if (!hasPort || options.port !== fixedPort) return Reflect.apply(listen, this, given);
  this.once("listening", () => {
    process.send?.({ port: (this.address() as AddressInfo).port });
  });
  return Reflect.apply(listen, this, [{ ...options, port: 0 }, ...rest]);
};
