// Consoles that are not a TCP port of this machine: a listener on the loopback address for each, which connects whoever comes
// to the guest. A serial line goes through libvirt's console stream, a screen on another machine through ssh.

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";

/** The guest's end. */
export interface FarEnd extends AsyncIterable<Uint8Array> {
  write(data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface Relay {
  server: Server;
  sockets: Set<Socket>;
  port: number;
}

export class Relays {
  #log: Logger;
  #listenOn: string;
  #relays = new Map<string, Promise<Relay>>();

  /** @param listen the address it is served on */
  constructor(log: Logger, listen = "127.0.0.1") {
    this.#log = log;
    this.#listenOn = listen;
  }

  /** The port for this console; the same as long as it is open. `open` is called for everyone who connects. */
  async port(key: string, open: () => Promise<FarEnd>): Promise<number> {
    let relay = this.#relays.get(key);
    if (!relay) {
      relay = this.#listen(key, open);
      this.#relays.set(key, relay);
      relay.catch(() => this.#relays.delete(key));
    }
    return (await relay).port;
  }

  /** Ends the listeners whose key begins so, and who is connected through them. */
  async close(prefix = ""): Promise<void> {
    for (const [key, relay] of [...this.#relays]) {
      if (!key.startsWith(prefix)) continue;
      this.#relays.delete(key);
      const { server, sockets } = await relay;
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  }

  async #listen(key: string, open: () => Promise<FarEnd>): Promise<Relay> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", (error) => this.#log.debug(null, `console ${key}: ${error.message}`));
      this.#connect(socket, open).catch((error) => {
        this.#log.info(null, `console ${key}: ${messageOf(error)}`);
        socket.destroy();
      });
    });
    server.listen(0, this.#listenOn);
    await once(server, "listening");
    // It keeps nobody from ending.
    server.unref();
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error(`console ${key}: no port`);
    return { server, sockets, port: address.port };
  }

  async #connect(socket: Socket, open: () => Promise<FarEnd>): Promise<void> {
    const far = await open();
    const out = (async () => {
      for await (const piece of far) {
        if (!socket.write(piece)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
        if (socket.destroyed) return;
      }
      socket.end();
    })();
    try {
      for await (const piece of socket) await far.write(piece as Uint8Array);
    } catch (error) {
      // A browser that goes away resets the connection.
      if (!socket.destroyed) throw error;
    } finally {
      await far.close();
      await out.catch(() => {});
    }
  }
}
