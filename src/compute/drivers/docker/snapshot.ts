// A copy of a guest's file system, as `docker commit` and `docker save` make it: an image of container_format docker again.

import { randomUUID } from "node:crypto";
import type { GuestRef, GuestSnapshot } from "../driver.ts";
import type { DockerHost } from "./host.ts";
import { removeImage, saved } from "./images.ts";

/** The guest stands still while its files are copied. */
export function snapshot(host: DockerHost, guest: GuestRef): Promise<GuestSnapshot> {
  return host.doing("snapshot of", guest, async () => {
    const { Id } = await host.find(guest);
    const tag = `snapshot-${randomUUID()}`;
    const name = `${host.repository}:${tag}`;
    await host.docker.getContainer(Id).commit({ repo: host.repository, tag, pause: true });
    try {
      return {
        sizeBytes: null,
        data: await saved(host.docker, name),
        dispose: () => removeImage(host.docker, name),
      };
    } catch (error) {
      await removeImage(host.docker, name);
      throw error;
    }
  });
}
