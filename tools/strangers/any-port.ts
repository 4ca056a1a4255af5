// Loaded before a program that stays as it is: maps its one fixed port to a free one, and writes
// down where it listens.
import { appendFileSync } from "node:fs";
import { Server, type AddressInfo } from "node:net";

const fixedPort = 3000;

const listen = Reflect.get(Server.prototype, "listen") as (...given: readonly unknown[]) => Server;
Server.prototype.listen = function listenElsewhere(this: Server, ...given: unknown[]): Server {
  const [first, ...rest] = given;
  const options = typeof first === "number" ? { port: first } : first;
  const hasPort = typeof options === "object" && options !== null && "port" in options;
  if (!hasPort || options.port !== fixedPort) return Reflect.apply(listen, this, given);
  this.once("listening", () => {
    const { port } = this.address() as AddressInfo;
    appendFileSync(process.env["PORT_FILE"] ?? "", `${port}\n`);
  });
  return Reflect.apply(listen, this, [{ ...options, port: 0 }, ...rest]);
};
