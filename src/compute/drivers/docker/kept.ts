// Guests that have no container: `stack down` leaves nothing in docker, so each container's file system lies in
// `instances/UUID/container.tar` until the guest is started again.

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestRef } from "../driver.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TAR = "container.tar";
const NAME = "container.name";

export class Kept {
  #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws TypeError for what is no UUID: it becomes part of a path that is removed some day */
  #folder(guest: Pick<GuestRef, "uuid">): string {
    if (!UUID.test(guest.uuid)) throw new TypeError(`"${guest.uuid}" is not a UUID`);
    return join(this.#root, guest.uuid);
  }

  /** Where volumes are mounted for the guest. */
  volumes(guest: Pick<GuestRef, "uuid">): string {
    return join(this.#folder(guest), "volumes");
  }

  path(guest: Pick<GuestRef, "uuid">): string {
    return join(this.#folder(guest), TAR);
  }

  async has(guest: Pick<GuestRef, "uuid">): Promise<boolean> {
    return Bun.file(this.path(guest)).exists();
  }

  /** There in one piece or not at all. */
  async put(guest: GuestRef, data: AsyncIterable<Uint8Array>): Promise<void> {
    await mkdir(this.#folder(guest), { recursive: true, mode: 0o700 });
    await writeFile(join(this.#folder(guest), NAME), guest.name);
    const part = `${this.path(guest)}.part`;
    await writeFile(part, data, { mode: 0o600, flush: true });
    await rename(part, this.path(guest));
  }

  /** The file; the container has its contents. */
  async removeFile(guest: Pick<GuestRef, "uuid">): Promise<void> {
    await rm(this.path(guest), { force: true });
  }

  /** The guest's folder; no volume is mounted there any more. */
  async remove(guest: Pick<GuestRef, "uuid">): Promise<void> {
    await rm(this.#folder(guest), { recursive: true, force: true });
  }

  async list(): Promise<GuestRef[]> {
    const found: GuestRef[] = [];
    for (const uuid of await readdir(this.#root).catch(absent)) {
      if (!UUID.test(uuid) || !(await this.has({ uuid }))) continue;
      found.push({ uuid, name: await readFile(join(this.#root, uuid, NAME), "utf8") });
    }
    return found;
  }
}

function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
