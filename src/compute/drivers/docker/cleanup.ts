// Takes everything of this cloud out of docker, when nothing else runs. File systems of guests are the user's: they are kept
// in the state directory, and a guest that has only that is one that is off.

import { existsSync } from "node:fs";
import type Dockerode from "dockerode";
import { messageOf } from "../../../core/errors.ts";
import type { DriverContext } from "../driver.ts";
import { knownCloudId } from "../libvirt/cloud-id.ts";
import { dockerSection } from "./config.ts";
import { keptTag, removeContainer } from "./container.ts";
import { ASIDE, connect, containersOf, LABELS, repositoryOf, socketPath } from "./host.ts";
import { removeImage, saved } from "./images.ts";
import { Kept } from "./kept.ts";
import { unmountAll } from "./volumes.ts";

const TIMEOUT_MS = 5000;

export async function cleanup(context: DriverContext): Promise<string[]> {
  const { DOCKER_HOST: address } = context.config(dockerSection);
  const cloud = await knownCloudId(context.stateDir);
  // No cloud id or no daemon: no containers.
  if (cloud === null || !existsSync(socketPath(address))) return [];
  const lines: string[] = [];
  try {
    // A daemon that has ended leaves its socket.
    await (await connect(address, TIMEOUT_MS)).ping();
    const docker = await connect(address);
    for (const container of await containersOf(docker, cloud)) {
      lines.push(await putAside(context, docker, cloud, container));
    }
    const images = await docker.listImages({ filters: { reference: [repositoryOf(cloud)] } });
    for (const name of images.flatMap(({ RepoTags }) => RepoTags ?? [])) {
      if (name.startsWith(`${repositoryOf(cloud)}:`)) await removeImage(docker, name);
    }
  } catch (error) {
    context.log.warning(null, `${address}: containers cannot be removed: ${messageOf(error)}`);
  }
  return lines;
}

/** Of a guest that waits for its resize to be confirmed, the container it has now is the one that is kept. */
async function putAside(
  context: DriverContext,
  docker: Dockerode,
  cloud: string,
  { Id, Names, Labels, State }: Dockerode.ContainerInfo,
): Promise<string> {
  const [uuid = "", name = ""] = [Labels[LABELS.uuid], Labels[LABELS.name]];
  const container = docker.getContainer(Id);
  if (State === "paused") await container.unpause();
  if (State === "running" || State === "paused") await container.stop({ t: 0 });
  const kept = new Kept(context.instancesDir);
  const guest = { uuid, name };
  const aside = Names.some((each) => each.endsWith(ASIDE));
  if (!aside || !(await kept.has(guest))) {
    await container.commit({ repo: repositoryOf(cloud), tag: keptTag(guest), pause: false });
    await kept.put(guest, await saved(docker, `${repositoryOf(cloud)}:${keptTag(guest)}`));
  }
  await removeContainer(docker, Id);
  await unmountAll(kept.volumes(guest));
  return `container ${name} (${uuid})`;
}
