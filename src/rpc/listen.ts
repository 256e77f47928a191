import type { Server } from "node:net";
import { type Address, formatAddress } from "../domain/address.ts";

/** Has a server listen, and gives the address that it got. Rejects when it cannot, with the address in the message. */
export function listen(server: Server, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      reject(new Error(`cannot listen on ${formatAddress(address)}: ${error.message}`));
    };
    server.once("error", onError);
    const { host, port } = address;
    server.listen(host === "" ? { port } : { host, port }, () => {
      server.off("error", onError);
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("no TCP address");
      resolve(formatAddress({ host: bound.address, port: bound.port }));
    });
  });
}
