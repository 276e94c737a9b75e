// Images: what Glance has of container_format `docker` is what `docker save` wrote. In docker each has the cloud's own name,
// `stack-CLOUD:IMAGE_ID`; the names inside the file are somebody else's and must not take those of the machine's owner.

import { createReadStream } from "node:fs";
import type Dockerode from "dockerode";
import { messageOf } from "../../../core/errors.ts";
import { GuestDiskFailed, type GuestImage } from "../driver.ts";
import { statusOf } from "./errors.ts";
import type { DockerHost } from "./host.ts";

/** One file at a time: what a load has named is found by looking before and after. */
const loads = new WeakMap<object, Promise<unknown>>();

/** The name of the image in docker, into which it is loaded when it is not there. @throws GuestDiskFailed */
export async function imageFor(host: DockerHost, image: GuestImage): Promise<string> {
  if (image.containerFormat !== "docker") {
    throw new GuestDiskFailed(
      `Image ${image.id} is unacceptable: its container format is ${image.containerFormat}, not docker`,
      { type: "ImageUnacceptable" },
    );
  }
  const name = `${host.repository}:${image.id}`;
  if (!(await imageId(host.docker, name))) await loadAs(host, image.path, image.id);
  return name;
}

export async function imageId(docker: Dockerode, name: string): Promise<string | null> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** Loads a file that `docker save` wrote, as `stack-CLOUD:TAG`. @throws GuestDiskFailed */
export function loadAs(host: DockerHost, path: string, tag: string): Promise<void> {
  const mine = (loads.get(host.context) ?? Promise.resolve())
    .catch(() => {})
    .then(() => load(host, path, tag));
  loads.set(host.context, mine);
  return mine;
}

async function load({ docker, repository }: DockerHost, path: string, tag: string): Promise<void> {
  const before = await namesOf(docker);
  let said: string;
  try {
    said = await textOf(await docker.loadImage(createReadStream(path)));
  } catch (error) {
    throw new GuestDiskFailed(`The image could not be loaded: ${messageOf(error)}`, { cause: error });
  }
  const loaded = /Loaded image(?: ID)?: (\S+?)\\n/.exec(said)?.[1];
  const problem = /"error":"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  try {
    if (!loaded)
      throw new GuestDiskFailed(`The image could not be loaded: ${problem ?? "it holds no image"}`);
    await docker.getImage(loaded).tag({ repo: repository, tag });
  } finally {
    await giveBackNames(docker, before, `${repository}:${tag}`);
  }
}

async function namesOf(docker: Dockerode): Promise<Map<string, string>> {
  const images = await docker.listImages();
  return new Map(images.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((name) => [name, Id] as const)));
}

async function giveBackNames(docker: Dockerode, before: Map<string, string>, own: string): Promise<void> {
  for (const [name, id] of await namesOf(docker)) {
    const former = before.get(name);
    if (name === own || former === id || name === "<none>:<none>") continue;
    const colon = name.lastIndexOf(":");
    if (former === undefined) await docker.getImage(name).remove({ noprune: true });
    else await docker.getImage(former).tag({ repo: name.slice(0, colon), tag: name.slice(colon + 1) });
  }
}

/** The file that `docker save` would write. */
export async function saved(docker: Dockerode, name: string): Promise<AsyncIterable<Uint8Array>> {
  return (await docker.getImage(name).get()) as AsyncIterable<Uint8Array> & NodeJS.ReadableStream;
}

/** Not there: nothing happens. In use by a container: it loses its name and goes with the container. */
export async function removeImage(docker: Dockerode, name: string): Promise<void> {
  try {
    await docker.getImage(name).remove({ force: true });
  } catch (error) {
    const status = statusOf(error);
    if (status !== 404 && status !== 409) throw error;
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}
