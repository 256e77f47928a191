import type { Server } from "node:net";
import { type Address, formatAddress } from "../domain/address.ts";
import { ListenError } from "../domain/listen-error.ts";

/** Has a server listen, and gives the address that it got. Rejects with a ListenError when it cannot. */
export function listen(server: Server, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      reject(new ListenError(formatAddress(address), error));
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
