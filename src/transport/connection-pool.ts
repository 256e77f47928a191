import type { Socket } from "node:net";
import type { buildConnector, Dispatcher } from "undici";
import { Client, Pool } from "undici";

/** Where the connection that a request goes over has its socket. It changes when undici connects anew. */
export interface SocketHolder {
  socket: Socket | undefined;
}

/** A dispatch handler that wants to know its connection. */
export interface SocketAware {
  connection: SocketHolder | undefined;
}

/** How connections are made, as the options of undici's connector. */
export type ConnectOptions = Partial<buildConnector.BuildOptions>;

/**
 * Opens the pool for one origin: HTTP/1.1, a connection for each request under way,
 * since how many may be is for the gates to say, which know who waits for how long.
 * Each is kept idle for 4 s, since common servers drop idle connections after 5 s.
 * It sets no clock on answers: the engine owns those. A connection has 10 s to be made.
 */
export function openPool(origin: string, connect: ConnectOptions): Dispatcher {
  return new Pool(origin, {
    connections: null,
    allowH2: false,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, ...connect },
    factory: (url, options) => new SocketHoldingClient(url, options),
  });
}

/** A connection that tells each handler its socket: how else would anyone know whether a request was sent? */
class SocketHoldingClient extends Client {
  readonly #connection: SocketHolder;

  constructor(origin: URL, options: Client.Options) {
    const connection: SocketHolder = { socket: undefined };
    const connect = options.connect as buildConnector.connector;
    super(origin, {
      ...options,
      connect: (target, callback) =>
        connect(target, (...[error, socket]) => {
          connection.socket = socket ?? undefined;
          if (error) callback(error, null);
          else callback(null, socket as Socket);
        }),
    });
    this.#connection = connection;
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<SocketAware>,
  ): boolean {
    if ("connection" in handler) handler.connection = this.#connection;
    return super.dispatch(options, handler);
  }
}
