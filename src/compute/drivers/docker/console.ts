// What a guest prints, and its serial line: a terminal of a shell of its own, for docker's console has one for all.

import type { Duplex } from "node:stream";
import { type ConsoleAddress, type ConsoleKind, GuestNotFound, type GuestRef } from "../driver.ts";
import type { FarEnd, Relays } from "../relay.ts";
import { words } from "./container.ts";
import { type DockerHost, powerStateOf } from "./host.ts";

export function consoleOutput(host: DockerHost, guest: GuestRef, maxBytes: number): Promise<Uint8Array> {
  return host.reading("console output of", guest, async () => {
    const found = await host.inspect(guest);
    if (!found && (await host.kept.has(guest))) return new Uint8Array();
    if (!found) throw new GuestNotFound(guest.uuid);
    if (maxBytes <= 0) return new Uint8Array();
    // Bounded on disk. With a terminal it is what was printed, without docker's frames.
    const all = await host.docker.getContainer(found.Id).logs({ stdout: true, stderr: true, follow: false });
    return new Uint8Array(all.subarray(Math.max(0, all.length - maxBytes)));
  });
}

export function consoleAddress(
  host: DockerHost,
  relays: Relays,
  guest: GuestRef,
  kind: ConsoleKind,
): Promise<ConsoleAddress | null> {
  return host.reading("console of", guest, async () => {
    const found = await host.inspect(guest);
    if (kind !== "serial" || !found || powerStateOf(found.State) !== "running") return null;
    const port = await relays.port(`${guest.uuid}:serial`, () => shell(host, guest));
    return { host: "127.0.0.1", port, path: null };
  });
}

async function shell(host: DockerHost, guest: GuestRef): Promise<FarEnd> {
  const { Id } = await host.find(guest);
  const exec = await host.docker.getContainer(Id).exec({
    Cmd: words(host.settings.DOCKER_CONSOLE_COMMAND),
    Env: ["TERM=vt100"],
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream: Duplex = await exec.start({ hijack: true, stdin: true, Tty: true });
  return {
    write: (data) =>
      new Promise((resolve, reject) => stream.write(data, (error) => (error ? reject(error) : resolve()))),
    async close() {
      // A shell whose terminal hangs up ends.
      stream.end("\x04");
      stream.destroy();
    },
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  };
}
