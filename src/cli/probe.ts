// `stack probe`: does the cloud work? It does what a user would do, looks at the outcome, and takes it all away again
// (Ops Guide, "Intelligent alerting": functional probes).

import { messageOf } from "../core/errors.ts";
import { CloudApi } from "./cloud-api.ts";
import {
  type Command,
  CommandError,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";
import { readCredentials } from "./credentials.ts";

/** Takes away what a step has made. */
type Undo = () => Promise<unknown>;

interface Probe {
  api: CloudApi;
  /** Unique among everything in the cloud. */
  name: string;
  deadline: number;
  undo: Undo[];
  imageId: string | null;
}

interface Step {
  name: string;
  /** Catalog type; skipped where the cloud has no such service. */
  service: string;
  run(probe: Probe): Promise<void>;
}

const STEPS: readonly Step[] = [
  { name: "create a user", service: "identity", run: user },
  { name: "upload an image", service: "image", run: image },
  { name: "create a volume", service: "volumev3", run: volume },
  { name: "boot a server", service: "compute", run: server },
  { name: "store an object", service: "object-store", run: object },
];

const OBJECT = "what is written is what is read\n";
const POLL_MS = 50;

export const probe: Command = {
  name: "probe",
  usage: "[--timeout SECONDS]",
  summary: "do what users do (user, image, volume, server, object), clean up, and say what works",
  example: "stack probe",
  options: { ...STATE_OPTION, timeout: { type: "string" } },
  optionHelp: [["--timeout SECONDS", "for the whole (120)"], STATE_HELP],
  async run(invocation: Invocation) {
    const seconds = Number(invocation.values["timeout"] ?? 120);
    if (!(seconds > 0)) throw new UsageError("--timeout takes a number of seconds");
    const { out } = invocation;
    const failed: string[] = [];
    const step = async (name: string, work: () => Promise<unknown>) => {
      const startedAt = performance.now();
      const error = await work().then(
        () => null,
        (reason) => messageOf(reason),
      );
      const ms = `${(performance.now() - startedAt).toFixed(0)} ms`;
      out(
        `${error === null ? "ok    " : "FAILED"} ${ms.padStart(9)}  ${name}${error === null ? "" : `: ${error}`}\n`,
      );
      if (error !== null) failed.push(name);
    };
    let api: CloudApi | null = null;
    await step("get a token", async () => {
      api = await CloudApi.login(readCredentials(invocation, "admin", "admin"));
    });
    if (api) await walk(api, Date.now() + seconds * 1000, step);
    out(failed.length === 0 ? "the cloud works\n" : `does not work: ${failed.join(", ")}\n`);
    return failed.length === 0 ? 0 : 1;
  },
};

async function walk(
  api: CloudApi,
  deadline: number,
  step: (name: string, work: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const name = `probe-${crypto.randomUUID().slice(0, 8)}`;
  const probing: Probe = { api, name, deadline, undo: [], imageId: null };
  for (const { name: title, service, run } of STEPS) {
    if (api.has(service)) await step(title, () => run(probing));
  }
  for (const undo of probing.undo.reverse()) await step("clean up", undo);
}

async function user({ api, name, undo }: Probe): Promise<void> {
  const password = crypto.randomUUID();
  const { body } = await api.ask("identity3", "POST", "/users", { user: { name, password } });
  undo.push(() => api.ask("identity3", "DELETE", `/users/${body.user.id}`));
}

async function image(probe: Probe): Promise<void> {
  const { api, name, undo } = probe;
  const wanted = { name, disk_format: "raw", container_format: "bare" };
  const { id } = (await api.ask("image", "POST", "/v2/images", wanted)).body;
  undo.push(() => api.ask("image", "DELETE", `/v2/images/${id}`));
  const type = { "content-type": "application/octet-stream" };
  await api.ask("image", "PUT", `/v2/images/${id}/file`, new Uint8Array(1 << 20), type);
  await reaches(probe, "active", async () => (await api.ask("image", "GET", `/v2/images/${id}`)).body.status);
  probe.imageId = id;
}

async function volume(probe: Probe): Promise<void> {
  const { api, name } = probe;
  const { id } = (await api.ask("volumev3", "POST", "/volumes", { volume: { name, size: 1 } })).body.volume;
  undoListed(probe, "volumev3", "volumes", id);
  const status = async () => (await api.ask("volumev3", "GET", `/volumes/${id}`)).body.volume.status;
  await reaches(probe, "available", status);
}

async function server(probe: Probe): Promise<void> {
  const { api, name, imageId } = probe;
  if (imageId === null) throw new CommandError("there is no image to boot");
  const { flavors } = (await api.ask("compute", "GET", "/flavors")).body;
  const wanted = { name, flavorRef: flavors[0]?.id, imageRef: imageId };
  const { id } = (await api.ask("compute", "POST", "/servers", { server: wanted })).body.server;
  undoListed(probe, "compute", "servers", id);
  await reaches(probe, "ACTIVE", async () => {
    const found = (await api.ask("compute", "GET", `/servers/${id}`)).body.server;
    if (found.status === "ERROR") throw new CommandError(found.fault?.message ?? "it is in ERROR");
    return found.status;
  });
}

async function object({ api, name, undo }: Probe): Promise<void> {
  await api.ask("object-store", "PUT", `/${name}`);
  undo.push(() => api.ask("object-store", "DELETE", `/${name}`));
  await api.ask("object-store", "PUT", `/${name}/text`, OBJECT, { "content-type": "text/plain" });
  undo.push(() => api.ask("object-store", "DELETE", `/${name}/text`));
  const { body } = await api.ask("object-store", "GET", `/${name}/text`);
  if (body !== OBJECT) throw new CommandError("what was read is not what was written");
}

/** Deleting takes a while: it is over when the list does not have it any more. */
function undoListed(probe: Probe, service: string, collection: string, id: string): void {
  const { api, name, undo } = probe;
  undo.push(async () => {
    await api.ask(service, "DELETE", `/${collection}/${id}`);
    await reaches(probe, "gone", async () => {
      const { body } = await api.ask(service, "GET", `/${collection}?name=${name}`);
      return body[collection].length === 0 ? "gone" : "there";
    });
  });
}

async function reaches({ deadline }: Probe, wanted: string, state: () => Promise<string>): Promise<void> {
  let now = await state();
  while (now !== wanted) {
    if (Date.now() > deadline) throw new CommandError(`it is ${now}, not ${wanted}, and the time is over`);
    await Bun.sleep(POLL_MS);
    now = await state();
  }
}
