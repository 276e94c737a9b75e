// What a guest prints, and where its screen and serial line are.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { type ConsoleAddress, type ConsoleKind, GuestNotFound, type GuestRef } from "../driver.ts";
import type { FarEnd, Relays } from "../relay.ts";
import { liveXml } from "./device-xml.ts";
import type { LibvirtHost } from "./host.ts";
import { SshFiles } from "./ssh-files.ts";
import { all } from "./xml/element.ts";

/** virtlogd keeps so many older parts (`max_backups` in virtlogd.conf), each of at most 2 MiB by default. */
const OLDER_PARTS = 3;

export function consoleOutput(host: LibvirtHost, guest: GuestRef, maxBytes: number): Promise<Uint8Array> {
  return host.reading("console output of", guest, async (connection) => {
    const path = host.folders.file(guest, "console.log");
    const parts: Uint8Array[] = [];
    let left = maxBytes;
    for (let older = -1; older < OLDER_PARTS && left > 0; older++) {
      const part = await host.files.tail(older < 0 ? path : `${path}.${older}`, left);
      if (part.length === 0 && older >= 0) break;
      parts.unshift(part);
      left -= part.length;
    }
    const output = Buffer.concat(parts);
    if (output.length === 0 && !(await host.files.exists(host.folders.of(guest)))) {
      if (!(await host.findOrNull(connection, guest))) throw new GuestNotFound(guest.uuid);
    }
    return new Uint8Array(output.buffer, output.byteOffset, output.length);
  });
}

export function consoleAddress(
  host: LibvirtHost,
  relays: Relays,
  guest: GuestRef,
  kind: ConsoleKind,
): Promise<ConsoleAddress | null> {
  return host.reading("console of", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (!dom || !(await connection.domainIsActive(dom))) return null;
    if (kind === "novnc") return screen(host, relays, connection, dom);
    if (kind === "serial") return serial(host, relays, dom);
    return null;
  });
}

async function screen(
  host: LibvirtHost,
  relays: Relays,
  connection: Connection,
  dom: Domain,
): Promise<ConsoleAddress | null> {
  const port = await vncPort(connection, dom);
  if (port === null) return null;
  const { where, files } = host;
  if (files instanceof SshFiles) {
    const open = async () => {
      const now = await vncPort(await host.connection(), dom);
      return tunnel(files.tunnel("127.0.0.1", now ?? port));
    };
    return { host: "127.0.0.1", port: await relays.port(`${dom.uuid}:novnc`, open), path: null };
  }
  if (where.address !== null) return { host: where.address, port, path: null };
  const anywhere = ["0.0.0.0", "::", ""].includes(host.vncListen);
  return { host: anywhere ? "127.0.0.1" : host.vncListen, port, path: null };
}

async function vncPort(connection: Connection, dom: Domain): Promise<number | null> {
  const graphics = all(await liveXml(connection, dom), "devices/graphics");
  const port = Number(
    graphics.find(({ attributes }) => attributes["type"] === "vnc")?.attributes["port"] ?? -1,
  );
  return port > 0 ? port : null;
}

async function serial(host: LibvirtHost, relays: Relays, dom: Domain): Promise<ConsoleAddress> {
  const open = async (): Promise<FarEnd> => {
    const connection = await host.connection();
    // Whoever came last has the line, as with nova's one connection for each port.
    const stream = await connection.domainOpenConsole(dom, null, c.VIR_DOMAIN_CONSOLE_FORCE);
    return {
      write: (data) => stream.write(data),
      close: () => stream.abort(),
      [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    };
  };
  return { host: "127.0.0.1", port: await relays.port(`${dom.uuid}:serial`, open), path: null };
}

function tunnel(command: string[]): FarEnd {
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  return {
    async write(data) {
      child.stdin.write(data);
      await child.stdin.flush();
    },
    async close() {
      child.kill();
      await child.exited;
    },
    [Symbol.asyncIterator]: () => child.stdout[Symbol.asyncIterator](),
  };
}
