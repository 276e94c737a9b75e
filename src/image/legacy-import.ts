// The import of before 2018: `POST /v2/tasks` makes an image from an address, later. The task, its image's future id and
// the message that carries it out are committed together; a task that fails leaves no image. Authority:
// glance/api/v2/tasks.py, glance/async_/flows/base_import.py, glance/common/scripts of Zed.

import type { Bus, Delivery, Subscription } from "../core/bus.ts";
import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { Invalid, messageOf } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { type Caller, systemCaller } from "./access.ts";
import type { ImageData } from "./data.ts";
import type { ExternalAddresses } from "./external.ts";
import type { ImageFields, Images } from "./images.ts";
import type { ImageStore } from "./store.ts";
import type { Task, TaskStore } from "./store-tasks.ts";

export interface LegacyImportParts {
  store: ImageStore;
  tasks: TaskStore;
  images: Images;
  data: ImageData;
  external: ExternalAddresses;
  bus: Bus;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Hours an ended task stays visible. */
  taskHours: number;
}

const TOPIC = "glance-tasks";
const METHOD = "import";
/** What an image may be given beside custom properties; the rest of Glance's base properties are its own to set. */
const SETTABLE = [
  "name",
  "visibility",
  "disk_format",
  "container_format",
  "min_disk",
  "min_ram",
  "protected",
] as const;
const REQUIRED = ["import_from", "import_from_format", "image_properties"];

export class LegacyImport {
  #parts: LegacyImportParts;
  #subscription: Subscription | null = null;

  constructor(parts: LegacyImportParts) {
    this.#parts = parts;
  }

  start(): void {
    const run = (context: RequestContext, args: { taskId: string; imageId: string }, delivery: Delivery) =>
      this.#run(context, args, delivery);
    this.#subscription = this.#parts.bus.consume(TOPIC, { handlers: { [METHOD]: run } });
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop(0);
    this.#subscription = null;
  }

  /** @throws Invalid for an address that may not be fetched from, and for a task of another type */
  async create(caller: Caller, type: string, input: Record<string, unknown>): Promise<Task> {
    const { store, tasks, external, bus, ids, clock } = this.#parts;
    if (type !== "import")
      throw new Invalid(`Tasks of type ${type} are made by the import of an image only.`);
    await external.check(addressOf(input["import_from"])).catch((cause) => {
      throw new Invalid(`URI for legacy import task does not pass filtering: ${input["import_from"]}`, {
        cause,
      });
    });
    const { context } = caller;
    const taskId = ids.uuid();
    store.db.transaction(() => {
      tasks.insert(
        {
          id: taskId,
          type,
          owner: context.projectId ?? "",
          imageId: null,
          requestId: context.requestId,
          userId: context.userId,
          input,
        },
        clock.now(),
      );
      bus.cast(context, TOPIC, METHOD, { taskId, imageId: ids.uuid() });
    });
    return tasks.get(taskId)!;
  }

  async #run(
    context: RequestContext,
    { taskId, imageId }: { taskId: string; imageId: string },
    delivery: Delivery,
  ): Promise<void> {
    const { tasks, store, clock, images, log } = this.#parts;
    const task = tasks.get(taskId);
    if (!task || task.status === "success" || task.status === "failure") return;
    tasks.update(taskId, { status: "processing" }, clock.now());
    const caller = systemCaller(context);
    try {
      await this.#import(caller, imageId, task.info.input ?? {}, delivery.signal);
      this.#end(taskId, { status: "success", result: { image_id: imageId } });
    } catch (error) {
      if (delivery.signal.aborted) return;
      log.warning(context, `Task ${taskId} failed: ${messageOf(error)}`);
      if (store.image(imageId)) images.delete(caller, imageId);
      this.#end(taskId, { status: "failure", message: messageOf(error) });
    }
  }

  async #import(
    caller: Caller,
    imageId: string,
    input: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, images, data, external } = this.#parts;
    const missing = REQUIRED.find((name) => !(name in input));
    if (missing !== undefined) throw new Invalid(`Input does not contain '${missing}' field`);
    if (!store.image(imageId)) {
      const { fields, properties, tags } = imageOf(input["image_properties"]);
      images.create(
        caller,
        { ...fields, id: imageId, owner: caller.context.projectId ?? "" },
        properties,
        tags,
      );
    }
    if (store.image(imageId)?.row.status !== "queued") return;
    const remote = await external.open(String(input["import_from"]), signal);
    await data.upload(caller, imageId, remote.data, remote.sizeBytes, null);
  }

  #end(
    taskId: string,
    end: { status: "success" | "failure"; message?: string; result?: Record<string, unknown> },
  ): void {
    const { tasks, clock, taskHours } = this.#parts;
    const now = clock.now();
    tasks.update(taskId, { ...end, expiresAtMs: now + taskHours * 3_600_000 }, now);
  }
}

/** @throws Invalid */
function addressOf(from: unknown): string {
  if (typeof from !== "string" || from === "") throw new Invalid(`Invalid location: ${from ?? "None"}`);
  if (/^(file|filesystem):\/\/\//i.test(from)) {
    throw new Invalid("File based imports are not allowed. Please use a non-local source of image data.");
  }
  if (/^https?:\/\//.test(from)) return from;
  throw new Invalid(
    "The given uri is not valid. Please specify a valid uri from the following list of supported uri ['http']",
  );
}

function imageOf(given: unknown): {
  fields: ImageFields;
  properties: Record<string, string>;
  tags: string[];
} {
  const { tags = [], ...rest } = (given ?? {}) as Record<string, unknown>;
  const fields: Record<string, unknown> = { disk_format: "qcow2", container_format: "bare" };
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if ((SETTABLE as readonly string[]).includes(name)) fields[name] = value;
    else properties[name] = String(value);
  }
  return { fields, properties, tags: Array.isArray(tags) ? tags.map(String) : [] };
}
