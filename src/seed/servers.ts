// The servers and volumes of a seed: all are asked for first, then waited for.

import type { CloudApi } from "../cli/cloud-api.ts";
import { CommandError } from "../cli/command.ts";
import type { SeedOf } from "./document.ts";
import { type SeedRun, texts } from "./run.ts";

const WAIT_SECONDS = 300;
const POLL_MS = 50;
const q = encodeURIComponent;

/** Errors say which server it is. */
export async function seedServers(run: SeedRun): Promise<void> {
  const waiting: (() => Promise<void>)[] = [];
  for (const item of run.seed.servers ?? []) {
    const api = await run.actors.in(item.project, item.user);
    const found = (await api.ask("compute", "GET", `/servers?name=${q(`^${item.name}$`)}`)).body.servers[0];
    run.told(found === undefined, "server", item.name);
    const id: string = found?.id ?? (await boot(run, api, item));
    waiting.push(() =>
      reaches(`server ${item.name}`, ["ACTIVE", "SHUTOFF"], async () => {
        const { server } = (await api.ask("compute", "GET", `/servers/${id}`)).body;
        if (server.status === "ERROR") {
          throw new CommandError(`server ${item.name}: ${server.fault?.message ?? "it is in ERROR"}`);
        }
        return server.status;
      }),
    );
  }
  for (const wait of waiting) await wait();
}

async function boot({ actors }: SeedRun, api: CloudApi, item: SeedOf<"servers">): Promise<string> {
  const { admin } = actors;
  const flavors = (await admin.ask("compute", "GET", "/flavors?is_public=None")).body.flavors;
  const flavor = flavors.find(({ name, id }: { name: string; id: string }) =>
    [name, id].includes(item.flavor),
  );
  const image = (await api.ask("image", "GET", `/v2/images?name=${q(item.image)}`)).body.images[0];
  if (!flavor) throw new CommandError(`server ${item.name}: there is no flavor ${item.flavor}`);
  if (!image) throw new CommandError(`server ${item.name}: there is no image ${item.image}`);
  const networks = [];
  for (const name of item.networks ?? []) {
    const id = (await api.ask("network", "GET", `/v2.0/networks?name=${q(name)}`)).body.networks[0]?.id;
    if (!id) throw new CommandError(`server ${item.name}: there is no network ${name}`);
    networks.push({ uuid: id });
  }
  const server = {
    name: item.name,
    flavorRef: flavor.id,
    imageRef: image.id,
    ...(networks.length === 0 ? {} : { networks }),
    ...(item.key === undefined ? {} : { key_name: item.key }),
    ...(item.security_groups ? { security_groups: item.security_groups.map((name) => ({ name })) } : {}),
    ...(item.zone === undefined ? {} : { availability_zone: item.zone }),
    ...(item.properties ? { metadata: texts(item.properties) } : {}),
    ...(item.user_data === undefined ? {} : { user_data: Buffer.from(item.user_data).toString("base64") }),
  };
  return (await api.ask("compute", "POST", "/servers", { server })).body.server.id;
}

/** Made one after the other: an image is copied into each. */
export async function seedVolumes(run: SeedRun): Promise<void> {
  for (const item of run.seed.volumes ?? []) {
    const api = await run.actors.in(item.project);
    const found = (await api.ask("volumev3", "GET", `/volumes?name=${q(item.name)}`)).body.volumes[0];
    run.told(found === undefined, "volume", item.name);
    const id: string = found?.id ?? (await create(api, item));
    const read = async () => (await api.ask("volumev3", "GET", `/volumes/${id}`)).body.volume;
    await reaches(`volume ${item.name}`, ["available", "in-use"], async () => {
      const { status } = await read();
      if (status === "error") throw new CommandError(`volume ${item.name}: it is in error`);
      return status;
    });
    if (item.attach === undefined || (await read()).attachments.length > 0) continue;
    const servers = (await api.ask("compute", "GET", `/servers?name=${q(`^${item.attach}$`)}`)).body.servers;
    if (servers.length === 0)
      throw new CommandError(`volume ${item.name}: there is no server ${item.attach}`);
    await api.ask("compute", "POST", `/servers/${servers[0].id}/os-volume_attachments`, {
      volumeAttachment: { volumeId: id },
    });
    await reaches(`volume ${item.name}`, ["in-use"], async () => (await read()).status);
  }
}

async function create(api: CloudApi, item: SeedOf<"volumes">): Promise<string> {
  let imageRef: string | undefined;
  if (item.image !== undefined) {
    imageRef = (await api.ask("image", "GET", `/v2/images?name=${q(item.image)}`)).body.images[0]?.id;
    if (!imageRef) throw new CommandError(`volume ${item.name}: there is no image ${item.image}`);
  }
  const { name, size, description } = item;
  const volume = {
    name,
    size,
    ...(description === undefined ? {} : { description }),
    ...(imageRef === undefined ? {} : { imageRef }),
    ...(item.type === undefined ? {} : { volume_type: item.type }),
  };
  return (await api.ask("volumev3", "POST", "/volumes", { volume })).body.volume.id;
}

async function reaches(what: string, wanted: readonly string[], state: () => Promise<string>): Promise<void> {
  const deadline = Date.now() + WAIT_SECONDS * 1000;
  for (;;) {
    const now = await state();
    if (wanted.includes(now)) return;
    if (Date.now() > deadline) throw new CommandError(`${what} is ${now}, and not ${wanted.join(" or ")}`);
    await Bun.sleep(POLL_MS);
  }
}
